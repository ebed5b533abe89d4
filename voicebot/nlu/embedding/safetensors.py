"""Reading `model.safetensors`: a JSON header and raw little-endian arrays, mapped not copied.

Source: https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicebot.core.errors import EngineError

_TYPES = {"F32": "<f4", "F16": "<f2", "I64": "<i8"}
_MAX_HEADER = 100_000_000


def read_tensors(file: Path) -> Mapping[str, NDArray[Any]]:
    """Arrays by name, read from disk when they are used. Raises `EngineError`."""
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > _MAX_HEADER:
                raise ValueError("its header is too long")
            header = json.loads(stream.read(length))
        data = np.memmap(file, np.uint8, "r", offset=8 + length)
        return {
            name: _array(data, entry) for name, entry in header.items() if name != "__metadata__"
        }
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise EngineError(f"{file} holds no weights that can be read: {error}") from error


def _array(data: NDArray[np.uint8], entry: Mapping[str, Any]) -> NDArray[Any]:
    first, last = entry["data_offsets"]
    return data[first:last].view(_TYPES[entry["dtype"]]).reshape(entry["shape"])

"""Messages between the service and its recognizer processes, over pipes.

    message := count:u16 (length:u32 bytes)*        big-endian; the first part is a JSON header

Reading and writing for asyncio on one side, for plain files on the other.
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

_COUNT = struct.Struct(">H")
_LENGTH = struct.Struct(">I")
MAX_PART = 64 << 20
"""Bytes: no utterance and no grammar comes near it."""


@dataclass(frozen=True, slots=True)
class Message:
    """A JSON header and binary parts."""

    header: Mapping[str, Any]
    parts: Sequence[bytes] = ()
    sound_s: float = 0.0
    """Sound in the parts, in seconds: for whoever counts it, not sent."""


class WireError(ValueError):
    """The other side does not keep to the format."""


def encode(message: Message) -> bytes:
    """The bytes of one message."""
    parts = [json.dumps(dict(message.header)).encode("utf-8"), *message.parts]
    body = b"".join(_LENGTH.pack(len(part)) + part for part in parts)
    return _COUNT.pack(len(parts)) + body


async def read(stream: asyncio.StreamReader) -> Message:
    """The next message. Raises `asyncio.IncompleteReadError` at the end, `WireError`."""
    (count,) = _COUNT.unpack(await stream.readexactly(_COUNT.size))
    parts = []
    for _ in range(count):
        (length,) = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))
        parts.append(await stream.readexactly(_checked(length)))
    return _message(parts)


def read_blocking(file: BinaryIO) -> Message | None:
    """The next message; None at the end of the stream. Raises `WireError`."""
    head = file.read(_COUNT.size)
    if len(head) < _COUNT.size:
        return None
    parts = []
    for _ in range(_COUNT.unpack(head)[0]):
        length = file.read(_LENGTH.size)
        if len(length) < _LENGTH.size:
            return None
        part = file.read(_checked(_LENGTH.unpack(length)[0]))
        parts.append(part)
    return _message(parts)


def _checked(length: int) -> int:
    if length > MAX_PART:
        raise WireError(f"a part of {length} bytes is too long")
    return length


def _message(parts: list[bytes]) -> Message:
    try:
        header = json.loads(parts[0])
    except (IndexError, ValueError) as error:
        raise WireError("the header is no JSON") from error
    if not isinstance(header, dict):
        raise WireError("the header is no object")
    return Message(header, parts[1:])

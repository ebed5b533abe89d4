"""The few wire types of Protocol Buffers that an ONNX file is made of.

Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

_VARINT, _LENGTH, _FIXED32 = 0, 2, 5


def varint(number: int, value: int) -> bytes:
    """Field `number` with a non-negative integer."""
    return _raw(number << 3 | _VARINT) + _raw(value)


def nested(number: int, value: bytes | str) -> bytes:
    """Field `number` with a message, a string or bytes."""
    content = value.encode() if isinstance(value, str) else value
    return _raw(number << 3 | _LENGTH) + _raw(len(content)) + content


def single(number: int, value: float) -> bytes:
    """Field `number` with a 32-bit float."""
    return _raw(number << 3 | _FIXED32) + struct.pack("<f", value)


def strings(number: int, values: Iterable[str]) -> bytes:
    """A repeated field."""
    return b"".join(nested(number, value) for value in values)


def _raw(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)

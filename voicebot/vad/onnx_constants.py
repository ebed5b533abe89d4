"""The weights in an ONNX file, read without a library that would run it.

An ONNX file is one message of Protocol Buffers (onnx.proto of the ONNX project): a graph of nodes,
where constants are nodes too, and the branches of an `If` are graphs within its attributes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_GRAPH = 7
"""Of a model. The next: of a graph, of a node, of an attribute, of a tensor."""
_NODE = 1
_OUTPUT, _OPERATOR, _ATTRIBUTE = 2, 4, 5
_TENSOR, _SUBGRAPH = 5, 6
_DIMENSION, _TYPE, _RAW = 1, 2, 9
_FLOAT = 1
_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5


class OnnxError(ValueError):
    """The file is no ONNX model."""


def branches(model: bytes) -> list[dict[str, Floats]]:
    """The tensors of floats in each branch of the graph's `If` nodes, by the end of their names,
    behind `__`. Raises `OnnxError`."""
    try:
        graphs = [g for n, g in _fields(model) if n == _GRAPH]
        found = [branch for graph in graphs for node in _nodes(graph, b"If") for branch in
                 _attributes(node, _SUBGRAPH)]  # fmt: skip
        return [dict(_constants(branch)) for branch in found]
    except (IndexError, ValueError) as error:
        raise OnnxError("no ONNX model") from error


def _constants(graph: bytes) -> Iterator[tuple[str, Floats]]:
    for node in _nodes(graph, b"Constant"):
        name = next(v for n, v in _fields(node) if n == _OUTPUT).decode()
        for tensor in _attributes(node, _TENSOR):
            values = _values(tensor)
            if values is not None:
                yield name.rpartition("__")[2], values


def _nodes(graph: bytes, operator: bytes) -> list[bytes]:
    nodes = (node for number, node in _fields(graph) if number == _NODE)
    return [node for node in nodes if (_OPERATOR, operator) in _fields(node)]


def _attributes(node: bytes, kind: int) -> list[bytes]:
    """The values of that kind."""
    attributes = [value for number, value in _fields(node) if number == _ATTRIBUTE]
    return [value for one in attributes for number, value in _fields(one) if number == kind]


def _values(tensor: bytes) -> Floats | None:
    """None where it holds anything but floats."""
    fields = list(_fields(tensor))
    types = [_number(value) for number, value in fields if number == _TYPE]
    raw = [value for number, value in fields if number == _RAW]
    if types != [_FLOAT] or not raw:
        return None
    shape = [_number(value) for number, value in fields if number == _DIMENSION]
    return np.frombuffer(raw[0], "<f4").astype(np.float32).reshape(shape)


def _number(value: bytes) -> int:
    return _varint(value, 0)[0]


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and value of each field; of a varint, its bytes."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind, start = key & 7, at
        if kind == _VARINT:
            at = _varint(message, at)[1]
        elif kind == _LENGTH:
            length, start = _varint(message, at)
            at = start + length
        elif kind in (_FOUR_BYTES, _EIGHT_BYTES):
            at += 4 if kind == _FOUR_BYTES else 8
        else:
            raise OnnxError(f"a field of kind {kind}")
        if at > len(message):
            raise OnnxError("it ends within a field")
        yield key >> 3, message[start:at]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number, and where it ends."""
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return number, at

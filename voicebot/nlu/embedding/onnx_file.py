"""An ONNX model written by hand: nodes, attributes, tensors.

Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voicebot.nlu.embedding.protobuf import nested, single, strings, varint

_FLOAT, _INT = 1, 2
"""Attribute types."""
_FLOAT32, _BYTES = 1, 2
"""Tensor types."""
_IR_VERSION, _OPSET = 8, 17
MICROSOFT = "com.microsoft"
"""Domain of onnxruntime's fused operators."""


class OnnxGraph:
    """Collects nodes and weights."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._weights: list[bytes] = []

    def weight(self, name: str, values: NDArray[np.float32] | NDArray[np.uint8]) -> str:
        """Add a constant; returns its name."""
        tensor = b"".join(varint(1, size) for size in values.shape)
        tensor += varint(2, _BYTES if values.dtype == np.uint8 else _FLOAT32) + nested(8, name)
        self._weights.append(tensor + nested(9, np.ascontiguousarray(values).tobytes()))
        return name

    def node(
        self,
        kind: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        domain: str = "",
        **attributes: float,
    ) -> None:
        """Add an operator; an int attribute is an INT, a float one a FLOAT. An input that it can
        do without is ""."""
        node = strings(1, inputs) + strings(2, outputs) + nested(4, kind)
        for name, value in attributes.items():
            node += nested(5, _attribute(name, value))
        self._nodes.append(node + nested(7, domain))

    def model(self, entry: str, leaves: Sequence[str], width: int) -> bytes:
        """The file: one float tensor (texts, tokens, width) in, as large ones out."""
        graph = b"".join(nested(1, node) for node in self._nodes) + nested(2, "sentence")
        graph += b"".join(nested(5, weight) for weight in self._weights)
        graph += nested(11, _value(entry, width))
        graph += b"".join(nested(12, _value(leave, width)) for leave in leaves)
        opsets = nested(8, nested(1, "") + varint(2, _OPSET))
        opsets += nested(8, nested(1, MICROSOFT) + varint(2, 1))
        return varint(1, _IR_VERSION) + nested(7, graph) + opsets


def _attribute(name: str, value: float) -> bytes:
    if isinstance(value, int):
        return nested(1, name) + varint(3, value) + varint(20, _INT)
    return nested(1, name) + single(2, value) + varint(20, _FLOAT)


def _value(name: str, width: int) -> bytes:
    shape = nested(1, nested(2, "texts")) + nested(1, nested(2, "tokens"))
    shape += nested(1, varint(1, width))
    tensor = varint(1, _FLOAT32) + nested(2, shape)
    return nested(1, name) + nested(2, nested(1, tensor))

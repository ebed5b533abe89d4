"""A BERT encoder as an ONNX graph.

tokens x 384 ─▶ [ Q K V ─▶ attention ─▶ + norm ─▶ 1536, GELU ─▶ + norm ] x layers ─▶ tokens x 384

Fused operators of onnxruntime stand for attention, normalization and GELU. There is no mask: the
texts of a batch must have the same number of tokens. Weights are whole numbers of 8 bits with a
scale for every 32: vectors stay within 0.001 of what they were (cosine), in half of the time, as a
single text mostly waits for weights to come from memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicebot.nlu.embedding.onnx_file import MICROSOFT, OnnxGraph

Tensors = Mapping[str, NDArray[Any]]
EPSILON = 1e-12
ENTRY, MIDDLE, LEAVE = "hidden", "middle", "encoded"
"""Of the graph: in, after two thirds of the layers, after all."""
_BLOCK = 32
"""Weights with a scale of their own."""
_BITS, _MIDDLE = 8, 128
_IN_WHOLE_NUMBERS = 4
"""What onnxruntime calls accuracy level: products of 8 bits, too."""


def encoder_graph(tensors: Tensors, heads: int) -> bytes:
    """The layers of `tensors` (names of Hugging Face's BERT) as an ONNX file."""
    graph = OnnxGraph()
    hidden = ENTRY
    count = layers(tensors)
    for number in range(count):
        leave = {count - 1: LEAVE, 2 * count // 3 - 1: MIDDLE}.get(number, f"layer{number}")
        _layer(graph, tensors, f"encoder.layer.{number}.", heads, (hidden, leave))
        hidden = leave
    width = tensors["encoder.layer.0.output.LayerNorm.bias"].shape[0]
    return graph.model(ENTRY, (MIDDLE, LEAVE), width)


def layers(tensors: Tensors) -> int:
    """How many layers there are."""
    return len({name.split(".")[2] for name in tensors if name.startswith("encoder.layer.")})


def _layer(graph: OnnxGraph, t: Tensors, at: str, heads: int, ends: tuple[str, str]) -> None:
    entry, leave = ends
    parts = [f"{at}attention.self.{part}" for part in ("query", "key", "value")]
    weight = np.concatenate([t[f"{part}.weight"] for part in parts])
    bias = np.concatenate([t[f"{part}.bias"] for part in parts])
    _dense(graph, f"{at}qkv", (weight, bias), entry)
    q, k, v = f"{at}q", f"{at}k", f"{at}v"
    graph.node("Split", [f"{at}qkv"], [q, k, v], axis=2)
    graph.node("MultiHeadAttention", [q, k, v], [f"{at}ctx"], MICROSOFT, num_heads=heads)
    _dense(graph, f"{at}att", _pair(t, f"{at}attention.output.dense"), f"{at}ctx")
    _norm(graph, t, f"{at}attention.output.LayerNorm", (f"{at}att", entry), f"{at}mid")
    _dense(graph, f"{at}up", (t[f"{at}intermediate.dense.weight"], None), f"{at}mid")
    wide = graph.weight(f"{at}up.bias", np.asarray(t[f"{at}intermediate.dense.bias"], np.float32))
    graph.node("BiasGelu", [f"{at}up", wide], [f"{at}gelu"], MICROSOFT)
    _dense(graph, f"{at}down", _pair(t, f"{at}output.dense"), f"{at}gelu")
    _norm(graph, t, f"{at}output.LayerNorm", (f"{at}down", f"{at}mid"), leave)


def _pair(t: Tensors, name: str) -> tuple[NDArray[Any], NDArray[Any]]:
    return t[f"{name}.weight"], t[f"{name}.bias"]


def _norm(graph: OnnxGraph, t: Tensors, name: str, summed: tuple[str, str], out: str) -> None:
    """Layer normalization of a sum."""
    gamma = graph.weight(f"{name}.g", np.asarray(t[f"{name}.weight"], np.float32))
    beta = graph.weight(f"{name}.b", np.asarray(t[f"{name}.bias"], np.float32))
    inputs = [*summed, gamma, beta]
    graph.node("SkipLayerNormalization", inputs, [out], MICROSOFT, epsilon=EPSILON)


def _dense(
    graph: OnnxGraph, out: str, layer: tuple[NDArray[Any], NDArray[Any] | None], entry: str
) -> None:
    """A linear layer."""
    weight, bias = layer
    blocks, scales = _in_blocks(np.asarray(weight, np.float32))
    inputs = [entry, graph.weight(f"{out}.w", blocks), graph.weight(f"{out}.s", scales)]
    if bias is not None:
        inputs += ["", "", graph.weight(f"{out}.c", np.asarray(bias, np.float32))]
    graph.node(
        "MatMulNBits",
        inputs,
        [out],
        MICROSOFT,
        K=weight.shape[1],
        N=weight.shape[0],
        bits=_BITS,
        block_size=_BLOCK,
        accuracy_level=_IN_WHOLE_NUMBERS,
    )


def _in_blocks(weight: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Whole numbers around `_MIDDLE` and what they are to be multiplied by. Raises `ValueError`
    where the inputs are no multiple of a block."""
    blocks = weight.reshape(len(weight), -1, _BLOCK)
    scales = np.maximum(np.abs(blocks).max(axis=-1), np.float32(1e-12)) / np.float32(_MIDDLE - 1)
    return (np.rint(blocks / scales[..., np.newaxis]) + _MIDDLE).astype(np.uint8), scales

"""A made-up MiniLM: two small layers of random weights, and a plain reference."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WIDTH, WIDE, LAYERS, HEAD = 64, 96, 2, 32
PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "my",
    "card",
    "is",
    "lost",
    "send",
    "money",
    "##ing",
    "##s",
    "help",
    ",",
    "?",
    "卡",
    "me",
    "to",
    "bank",
]
Tensors = dict[str, NDArray[np.float32]]


def made_up() -> Tensors:
    """Weights by the names that Hugging Face gives them."""
    random = np.random.default_rng(5)

    def some(*shape: int) -> NDArray[np.float32]:
        return (random.standard_normal(shape) / 4).astype(np.float32)

    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(PIECES), WIDTH),
        "embeddings.position_embeddings.weight": (128, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
    }
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        dense = {f"attention.self.{name}": (WIDTH, WIDTH) for name in ("query", "key", "value")}
        dense |= {"attention.output.dense": (WIDTH, WIDTH)}
        dense |= {"intermediate.dense": (WIDE, WIDTH), "output.dense": (WIDTH, WIDE)}
        for name, shape in dense.items():
            shapes[f"{at}{name}.weight"], shapes[f"{at}{name}.bias"] = shape, shape[:1]
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes[f"{at}{name}.weight"] = shapes[f"{at}{name}.bias"] = (WIDTH,)
    tensors = {name: some(*shape) for name, shape in shapes.items()}
    for name in tensors:
        if name.endswith("LayerNorm.weight"):
            tensors[name] += 1  # Else biases drown what is said, and all texts are alike.
    return tensors


def write(folder: Path, tensors: Tensors) -> Path:
    """`model.safetensors` and `vocab.txt`."""
    header, data = {}, b""
    for name, values in tensors.items():
        raw = values.astype("<f4").tobytes()
        offsets = [len(data), len(data) + len(raw)]
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": offsets}
        data += raw
    text = json.dumps(header).encode()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    (folder / "vocab.txt").write_text("\n".join(PIECES) + "\n", "utf-8")
    return folder


def reference(t: Tensors, pieces: list[int]) -> NDArray[np.float64]:
    """The vector of one text, written as in the papers."""
    mean: NDArray[np.float64] = states(t, pieces)[-1].mean(axis=0)
    return mean / np.linalg.norm(mean)


def states(t: Tensors, pieces: list[int]) -> list[NDArray[np.float64]]:
    """Of a text's pieces, after each layer."""
    hidden = t["embeddings.word_embeddings.weight"][pieces].astype(np.float64)
    hidden += t["embeddings.position_embeddings.weight"][: len(pieces)]
    hidden += t["embeddings.token_type_embeddings.weight"][0]
    hidden = _norm(t, "embeddings.LayerNorm", hidden)
    found = []
    for layer in range(LAYERS):
        hidden = _layer(t, f"encoder.layer.{layer}.", hidden)
        found.append(hidden)
    return found


def _layer(t: Tensors, at: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
    q, k, v = (_dense(t, f"{at}attention.self.{name}", x) for name in ("query", "key", "value"))
    heads = []
    for first in range(0, WIDTH, HEAD):
        part = slice(first, first + HEAD)
        near = np.exp(q[:, part] @ k[:, part].T / math.sqrt(HEAD))
        heads.append(near / near.sum(axis=1, keepdims=True) @ v[:, part])
    out = _dense(t, f"{at}attention.output.dense", np.concatenate(heads, axis=1))
    x = _norm(t, f"{at}attention.output.LayerNorm", x + out)
    wide = _dense(t, f"{at}intermediate.dense", x)
    wide = wide * 0.5 * (1 + np.vectorize(math.erf)(wide / math.sqrt(2)))
    return _norm(t, f"{at}output.LayerNorm", x + _dense(t, f"{at}output.dense", wide))


def _dense(t: Tensors, name: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
    return x @ t[f"{name}.weight"].T + t[f"{name}.bias"]


def _norm(t: Tensors, name: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
    x = x - x.mean(axis=1, keepdims=True)
    x = x / np.sqrt((x * x).mean(axis=1, keepdims=True) + 1e-12)
    return x * t[f"{name}.weight"] + t[f"{name}.bias"]

"""From the states of a text's pieces to its vector, and to words that know where they stand.

Reimers and Gurevych 2019 (Sentence-BERT): the mean of the token vectors, or a weighted one
(`importance`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
_TINY = np.float32(1e-9)
_NONE = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """A text as a whole and by its words."""

    vector: Vector
    """Of all of it, of length one."""
    words: Vector = field(default_factory=lambda: _NONE)
    """Of each piece, its middle and its last state side by side, of length one; none where they
    were not asked for."""
    shares: Vector = field(default_factory=lambda: _NONE)
    """How much each piece counts, 1 in all."""


def counts(pieces: Sequence[Sequence[int]], importance: Vector | None) -> Vector:
    """What each piece of each text counts; of texts with the same number of pieces."""
    numbers = np.array(pieces)
    return np.ones(numbers.shape, np.float32) if importance is None else importance[numbers]


def vectors(encoded: Vector, counted: Vector) -> Vector:
    """Of texts, from the last states of their pieces and what each of those counts."""
    return _of_length_one(np.einsum("tp,tpw->tw", counted, encoded))


def sentences(states: Sequence[Vector], counted: Vector) -> list[Sentence]:
    """Of texts with the same number of pieces, from their middle and last states. The two ends are
    no words, but where there is nothing between them."""
    whole = vectors(states[-1], counted)
    inner = slice(1, -1) if counted.shape[1] > 2 else slice(None)
    words = np.concatenate([_of_length_one(state[:, inner]) for state in states], axis=-1)
    words *= np.float32(len(states) ** -0.5)
    shares = counted[:, inner] / counted[:, inner].sum(axis=1, keepdims=True)
    return [Sentence(*parts) for parts in zip(whole, words, shares, strict=True)]


def _of_length_one(rows: Vector) -> Vector:
    result: Vector = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), _TINY)
    return result

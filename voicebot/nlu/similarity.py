"""Nearest sentences by weighted n-grams: an inverted index small enough for one node."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Features = Mapping[str, float]
"""N-gram to its weight before rarity is counted in."""


class Index:
    """Cosine of a query to each of a few hundred sentences.

    N-grams that no sentence has count in the query's length: a text about something else is far
    from everything.
    """

    def __init__(self, rows: Sequence[Features], groups: Sequence[int]) -> None:
        """`groups[i]` is the choice that row `i` belongs to: rarity is counted in choices."""
        self._size = len(rows)
        spread: dict[str, set[int]] = {}
        for features, group in zip(rows, groups, strict=True):
            for gram in features:
                spread.setdefault(gram, set()).add(group)
        choices = len(set(groups))
        self._rarity = {gram: _rarity(len(within), choices) for gram, within in spread.items()}
        self._unknown = _rarity(1, choices)
        self._postings = self._index(rows)

    def _index(self, rows: Sequence[Features]) -> dict[str, tuple[NDArray[np.int32], Scores]]:
        lists: dict[str, tuple[list[int], list[float]]] = {}
        for row, features in enumerate(rows):
            weighted = {gram: w * self._rarity[gram] for gram, w in features.items()}
            norm = math.sqrt(sum(w * w for w in weighted.values())) or 1.0
            for gram, value in weighted.items():
                places, values = lists.setdefault(gram, ([], []))
                places.append(row)
                values.append(value / norm)
        return {
            gram: (np.array(places, np.int32), np.array(values, np.float32))
            for gram, (places, values) in lists.items()
        }

    def cosines(self, query: Features) -> Scores:
        """Shape (rows,), 0 to 1."""
        scores = np.zeros(self._size, np.float32)
        square = 0.0
        for gram, value in query.items():
            weighted = value * self._rarity.get(gram, self._unknown)
            square += weighted * weighted
            posting = self._postings.get(gram)
            if posting is not None:
                scores[posting[0]] += weighted * posting[1]
        return scores / np.float32(math.sqrt(square) or 1.0)


def _rarity(within: int, choices: int) -> float:
    """Inverse document frequency over choices, 1 for what only one choice has."""
    return math.log(1 + choices / within) / math.log(1 + choices)


def ngrams(items: Sequence[str], weights: Sequence[float], longest: int) -> dict[str, float]:
    """N-grams of 1 to `longest` items, each weighted by the mean of its items'."""
    found: Counter[str] = Counter()
    for n in range(1, longest + 1):
        for at in range(len(items) - n + 1):
            gram = " ".join(items[at : at + n])
            found[gram] += sum(weights[at : at + n]) / n  # type: ignore[assignment]
    return {gram: math.sqrt(value) for gram, value in found.items()}

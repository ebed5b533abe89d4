"""Texts as sparse rows: term frequency times rarity, each view of length one.

Salton and Buckley 1988; frequency as 1 + ln(tf), rarity as ln((1 + n) / (1 + df)) + 1.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicebot.nlu.intents.features import Grams, views

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Row:
    """A text: where it is not zero, and what it is there."""

    places: NDArray[np.int32]
    values: Floats


@dataclass(frozen=True, slots=True)
class View:
    """The n-grams of one view that training texts have."""

    places: Mapping[str, int]
    rarity: Floats
    """By place, counted from the view's first."""
    first: int
    """Place of its first n-gram among all views'."""

    def row(self, grams: Grams) -> tuple[NDArray[np.int32], Floats]:
        """Places and values, of length one; what was never seen does not count."""
        found, counts = [], []
        for gram, count in grams.items():
            place = self.places.get(gram)
            if place is not None:
                found.append(place)
                counts.append(count)
        places = np.array(found, np.int32)
        values = (1 + np.log(np.array(counts, np.float32))) * self.rarity[places]
        return places + np.int32(self.first), values / (np.linalg.norm(values) or np.float32(1))


class TfIdf:
    """Views of a text side by side, and a constant 1 as the last place."""

    def __init__(self, language: str, vocabularies: Sequence[Sequence[str]], rarity: Floats):
        """`rarity` goes with all vocabularies one after the other."""
        self.language = language
        self.vocabularies = tuple(tuple(vocabulary) for vocabulary in vocabularies)
        self.rarity = rarity
        self._views: list[View] = []
        first = 0
        for vocabulary in self.vocabularies:
            places = {gram: place for place, gram in enumerate(vocabulary)}
            self._views.append(
                View(places, rarity[first : first + len(vocabulary)].astype(np.float32), first)
            )
            first += len(vocabulary)
        self.width = first + 1
        """Places of a row."""

    def __call__(self, text: str) -> Row:
        """The row of a normalized text."""
        return self.row(views(text, self.language))

    def row(self, both: Sequence[Grams]) -> Row:
        """The row of a text's views; models of before know the first of them only."""
        parts = [view.row(grams) for view, grams in zip(self._views, both, strict=False)]
        places = [*(places for places, _ in parts), np.array([self.width - 1], np.int32)]
        values = [*(values for _, values in parts), np.ones(1, np.float32)]
        return Row(np.concatenate(places), np.concatenate(values))

    def of(self, rows: Iterable[Row]) -> TfIdf:
        """The same as if it knew only what is in those rows."""
        known = np.zeros(self.width, bool)
        for row in rows:
            known[row.places] = True
        rarity = np.where(known[:-1], self.rarity, np.float32(0))
        return TfIdf(self.language, self.vocabularies, rarity)


def fit(texts: Sequence[Sequence[Grams]], language: str) -> TfIdf:
    """The n-grams of training texts (their views) and how rare they are."""
    vocabularies, rarity = [], []
    for grams_of_view in zip(*texts, strict=True):
        spread = Counter(gram for grams in grams_of_view for gram in grams)
        vocabulary = sorted(spread)
        vocabularies.append(vocabulary)
        rarity += [math.log((1 + len(texts)) / (1 + spread[gram])) + 1 for gram in vocabulary]
    return TfIdf(language, vocabularies, np.array(rarity, np.float32))

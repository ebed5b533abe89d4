"""One knowledge base in one language, ready to be searched. Made once, immutable."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicebot.core.knowledge import Entry, Knowledge
from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder
from voicebot.nlu.intents.features import normalized
from voicebot.nlu.knowledge.calibration import (
    BY_CHARACTERS,
    BY_SENSE,
    BY_WORDS,
    OUTSIDE,
    Cases,
    Curve,
    cases,
    cautious,
    joined,
    learned,
)
from voicebot.nlu.knowledge.likeness import Likeness, likeness
from voicebot.nlu.knowledge.names import Names
from voicebot.nlu.knowledge.outside import OUTSIDE as OUTSIDE_TEXTS
from voicebot.nlu.knowledge.ridge import Doubles, LeftOut, Ridge, fit
from voicebot.nlu.noise import Noise, stock

ERROR_RATE = 0.1
"""Errors a word (Chinese: a character) that the curve is learned with."""
_CLOSE, _SOMEWHAT = 0.35, 0.01
_SPOKEN = 0.5
"""Weight of a question with errors."""


@dataclass(frozen=True, slots=True, eq=False)
class BaseIndex:
    """Searches a base."""

    base: Knowledge
    entries: tuple[Entry, ...]
    about: tuple[frozenset[str], ...]
    """The entities that each entry's questions name."""
    names: Names
    likeness: Likeness
    groups: NDArray[np.int64]
    """The number of the entry of each question."""
    ridge: Ridge
    curve: Curve

    def search(self, text: str, allowed: NDArray[np.bool_]) -> NDArray[np.float64]:
        """How likely it is, by entry, that it is what the text asks; 0 for those not allowed, and
        for those that are about another thing than the one that is named."""
        folded = self.names.fold(text, by_sound=True)
        found = np.zeros(len(self.entries))
        said = normalized(folded.text)
        open_ = allowed & ~self._clashing(folded.entities)
        if not said or not open_.any():
            return found
        near = self.likeness.of(said)
        scores = np.where(open_, self.ridge(near), -np.inf)
        nearness = np.full(len(self.entries), 0.0)
        np.maximum.at(nearness, self.groups, near)
        found[open_] = self._likely(scores, nearness)[open_]
        return self._undecided(found, folded.entities)

    def _likely(self, scores: Doubles, nearness: Doubles) -> Doubles:
        found = self.curve(scores, _leads(scores), nearness)
        return found if self.likeness.encoder is None else cautious(found)

    def _undecided(self, found: NDArray[np.float64], asked: Collection[str]) -> NDArray[np.float64]:
        """Where it was not said which thing is meant, an entry about one of them is no surer than
        that about another."""
        if len(found) < 2:
            return found
        second, best = np.argsort(found)[-2:]
        is_close = found[second] >= _CLOSE * found[best]
        if is_close and self.names.rivals(self.about[best], self.about[second], asked):
            found[best] = found[second] + _SOMEWHAT
        return found

    def _clashing(self, asked: Collection[str]) -> NDArray[np.bool_]:
        if not asked:
            return np.zeros(len(self.entries), bool)
        return np.array([self.names.clash(asked, about) for about in self.about], bool)


def _leads(scores: Doubles) -> Doubles:
    """How far each lies above the best other one."""
    if len(scores) == 1:
        return np.maximum(scores, 0)
    second, best = np.sort(scores)[-2:]
    second = max(second, 0.0)
    leads: Doubles = np.where(scores == best, scores - second, scores - best)
    return np.where(np.isfinite(leads), leads, -1.0)


def build(base: Knowledge, language: str, encoder: SentenceEncoder | None) -> BaseIndex | None:
    """None for a base without an entry in the language. Takes about 2 ms a question, and twice
    that with an encoder."""
    entries = tuple(base.in_language(language))
    if not entries:
        return None
    names = Names(tuple(base.entities.values()), language)
    names.know(text for entry in entries for text in entry.questions[language])
    folded = [
        [names.fold(text, by_sound=False) for text in entry.questions[language]]
        for entry in entries
    ]
    texts = [normalized(one.text) for found in folded for one in found]
    groups = np.array([at for at, found in enumerate(folded) for _ in found], np.int64)
    like = likeness(texts, groups.tolist(), language, encoder)
    kernel = like.to_all(texts)
    ridge, left_out = fit(kernel, groups)
    about = tuple(frozenset().union(*(one.entities for one in found)) for found in folded)
    prior = _prior(language, sense=encoder is not None)
    curve = learned(_cases(texts, groups, like, kernel, ridge, left_out), prior)
    return BaseIndex(base, entries, about, names, like, groups, ridge, curve)


def _prior(language: str, *, sense: bool) -> Curve:
    if language == "zh":
        return BY_CHARACTERS
    return BY_SENSE if sense else BY_WORDS


# ------------------------------------------------------------ what the curve is learned on


def _cases(
    texts: Sequence[str],
    groups: NDArray[np.int64],
    like: Likeness,
    kernel: NDArray[np.float32],
    ridge: Ridge,
    left_out: LeftOut,
) -> Cases:
    counts = np.bincount(groups)
    several = counts[groups] > 1
    own = groups[:, None] == groups[None, :]
    parts = [
        _alone(left_out.alone, _without_self(kernel), groups, several, 1.0),
        _spoken(texts, groups, like, ridge, left_out, several),
        _outside(like, ridge),
    ]
    if len(counts) > 1:
        near = np.where(own, 0, kernel)
        weight = OUTSIDE * float(several.mean() or 1.0)
        parts.append(cases(left_out.without_entry, _nearest(near), None, weight))
    return joined(*parts)


def _alone(
    scores: Doubles,
    near: NDArray[np.float32],
    groups: NDArray[np.int64],
    several: NDArray[np.bool_],
    weight: float,
) -> Cases:
    """Questions without themselves; those that are the only one of their entry cannot be found."""
    rows = np.flatnonzero(several)
    return cases(scores[rows], _of_best(scores, near, groups)[rows], groups[rows], weight)


def _spoken(
    texts: Sequence[str],
    groups: NDArray[np.int64],
    like: Likeness,
    ridge: Ridge,
    left_out: LeftOut,
    several: NDArray[np.bool_],
) -> Cases:
    """The same with recognition errors: of row i, without question i."""
    noise = Noise(stock(texts, like.language), ERROR_RATE)
    rows = np.flatnonzero(several)
    near = like.to_all([noise(texts[int(row)]) for row in rows])
    if not len(rows):
        return cases(np.zeros((0, int(groups.max()) + 1)), np.zeros(0), None, 0.0)
    inverse = left_out.inverse
    share = (near @ inverse)[np.arange(len(rows)), rows] / np.diag(inverse)[rows]
    scores = near @ ridge.weights - share[:, None] * ridge.weights[rows]
    near = near.copy()
    near[np.arange(len(rows)), rows] = 0
    return cases(scores, _of_best(scores, near, groups), groups[rows], _SPOKEN)


def _outside(like: Likeness, ridge: Ridge) -> Cases:
    near = like.to_all([normalized(text) for text in OUTSIDE_TEXTS.get(like.language, ())])
    if not len(near):
        return cases(np.zeros((0, ridge.weights.shape[1])), np.zeros(0), None, 0.0)
    return cases(near @ ridge.weights, _nearest(near), None, OUTSIDE)


def _without_self(kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    near = kernel.copy()
    np.fill_diagonal(near, 0)
    return near


def _nearest(near: NDArray[np.float32]) -> Doubles:
    nearest: Doubles = near.max(axis=1).astype(np.float64)
    return nearest


def _of_best(scores: Doubles, near: NDArray[np.float32], groups: NDArray[np.int64]) -> Doubles:
    """Likeness to the nearest question of each row's best entry."""
    best = scores.argmax(axis=1)
    return _nearest(np.where(groups[None, :] == best[:, None], near, np.float32(0)))

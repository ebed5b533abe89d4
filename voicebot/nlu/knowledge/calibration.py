"""From scores to how often the best entry is the one that was meant.

Learned on the base's own questions: each of them left out (is its entry still found?), each with
simulated recognition errors, and each with its whole entry left out (whatever is found then is
wrong: a question near the subject that nobody has answered), and on small talk that no hotline
answers. A logistic curve over score, lead and nearness, drawn to one that was learned on other
bases: small ones have little to learn from (Platt 1999, with a Gaussian prior).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
_ROUNDS = 50
_PRIOR = 2.0
"""How strongly the curve is drawn to the prior one."""
OUTSIDE = 0.5
"""Weight of a text that the base has no answer to, against one that it has."""


_LEARNED, _CAUTIOUS = (0.0, 0.3, 0.85, 1.0), (0.0, 0.3, 0.7, 1.0)
"""Chosen with a base of which thirty entries were left out, others than `bench/knowledge.py` leaves
out: at the usual level one in twenty of their questions is answered."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Coefficients of score, lead and nearness, and an offset."""

    coefficients: tuple[float, float, float, float]

    def __call__(self, score: Doubles, lead: Doubles, nearness: Doubles) -> Doubles:
        """Probabilities."""
        sums: Doubles = _columns(score, lead, nearness) @ np.array(self.coefficients)
        return _logistic(sums)


BY_SENSE = Curve((3.6, 2.6, 4.0, -4.4))
BY_WORDS = Curve((3.4, 2.6, 3.4, -3.0))
BY_CHARACTERS = Curve((3.4, 2.6, 3.4, -3.0))
"""Learned on bases of banking and everyday questions, five wordings an entry."""


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Texts with what was found for them."""

    scores: Doubles
    leads: Doubles
    nearness: Doubles
    right: Doubles
    """1 where the best entry is the one that was meant, else 0."""
    weights: Doubles

    def __len__(self) -> int:
        return len(self.scores)


def cautious(likely: Doubles) -> Doubles:
    """What is left of probabilities where questions are compared by meaning. One that the base has
    no answer to is as near to one that it has as that one's own wordings: of what is found so, the
    curve that learns from leaving out entries is too sure."""
    lower: Doubles = np.interp(likely, _LEARNED, _CAUTIOUS)
    return lower


def joined(*parts: Cases) -> Cases:
    """All cases of several kinds."""
    names = ("scores", "leads", "nearness", "right", "weights")
    return Cases(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def cases(
    scores: Doubles, nearness: Doubles, right: NDArray[np.int64] | None, weight: float
) -> Cases:
    """Of rows of scores (texts, entries). `right` has the number of the right entry by row; None
    where none is."""
    best, lead = best_and_lead(scores)
    top = scores.argmax(axis=1)
    hits = np.zeros(len(scores)) if right is None else (top == right).astype(np.float64)
    return Cases(best, lead, nearness, hits, np.full(len(scores), weight))


def best_and_lead(scores: Doubles) -> tuple[Doubles, Doubles]:
    """Of each row, the best score and how far the next lies below."""
    if scores.shape[1] == 1:
        return scores[:, 0], scores[:, 0]
    two = np.sort(scores, axis=1)[:, -2:]
    return two[:, 1], two[:, 1] - two[:, 0]


def learned(found: Cases, prior: Curve) -> Curve:
    """The curve for these cases, by Newton's method."""
    columns = _columns(found.scores, found.leads, found.nearness)
    start = np.array(prior.coefficients)
    curve = start.copy()
    for _ in range(_ROUNDS):
        likely = _logistic(columns @ curve)
        pull = _PRIOR * (curve - start)
        slope = columns.T @ (found.weights * (likely - found.right)) + pull
        steep = found.weights * likely * (1 - likely)
        bend = (columns.T * steep) @ columns + _PRIOR * np.eye(4)
        step = np.linalg.solve(bend, slope)
        curve -= step
        if float(np.abs(step).max()) < 1e-6:
            break
    one, two, three, four = (float(value) for value in curve)
    return Curve((one, two, three, four))


def _columns(score: Doubles, lead: Doubles, nearness: Doubles) -> Doubles:
    return np.stack([score, lead, nearness, np.ones_like(score)], axis=1)


def _logistic(sums: Doubles) -> Doubles:
    result: Doubles = 1 / (1 + np.exp(-np.clip(sums, -40, 40)))
    return result

"""Linear support vectors, one class against the rest, all classes at once.

Hsieh et al. 2008, A Dual Coordinate Descent Method for Large-scale Linear SVM, algorithm 1 with
squared hinge loss. One text after the other updates the weights of every class: a row of numpy
work a text instead of a loop a class.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicebot.nlu.intents.tfidf import Floats, Row

_COST = 1.0
_STILL = 0.05
"""Ends where no dual variable would gain more than this by moving."""
ROUNDS, BRIEF_ROUNDS, FURTHER_ROUNDS = 6, 4, 3
"""Passes over the texts; to calibrate by, fewer are enough, and so they are where most of the texts
were learned from before."""


@dataclass(frozen=True, slots=True)
class SupportVectors:
    """What was learned."""

    weights: Floats
    """(places, classes)."""
    duals: Floats
    """(texts, classes): how much each text holds for or against a class."""


def train_svm(
    rows: Sequence[Row],
    labels: NDArray[np.int64],
    classes: int,
    width: int,
    *,
    done: Callable[[int], None] = lambda rounds: None,
    rounds: int = ROUNDS,
    costs: Floats | None = None,
    start: Floats | None = None,
) -> SupportVectors:
    """From rows of `width` places; `done` hears of each round. `costs` is how much each text
    counts; all count 1 without it. `start`: the duals that a training before left of these."""
    weights = np.zeros((width, classes), np.float32)
    signs = np.full((len(rows), classes), -1, np.float32)
    signs[np.arange(len(rows)), labels] = 1
    duals = np.zeros_like(signs) if start is None else start.copy()
    for row in np.flatnonzero(duals.any(axis=1)).tolist():
        _add(weights, rows[row], duals[row] * signs[row])
    slacks = 1 / (2 * _COST * (np.ones(len(rows), np.float32) if costs is None else costs))
    order = np.random.default_rng(1)
    for _ in range(rounds):
        moved = 0.0
        for row in order.permutation(len(rows)):
            moved = max(moved, _step(weights, rows[row], signs[row], duals[row], slacks[row]))
        done(1)
        if moved < _STILL:
            break
    return SupportVectors(weights, duals)


def _add(weights: Floats, row: Row, change: Floats) -> None:
    weights[row.places] += row.values[:, np.newaxis] * change


def _step(weights: Floats, row: Row, signs: Floats, duals: Floats, slack: np.float32) -> float:
    """Move the dual variables of one text, in place; returns the greatest slope found."""
    near = weights.take(row.places, axis=0)
    slope = signs * (row.values @ near) - 1 + slack * duals
    slope[(duals == 0) & (slope > 0)] = 0
    if not slope.any():
        return 0.0
    new = np.maximum(duals - slope / (row.values @ row.values + slack), 0)
    change = (new - duals) * signs
    duals[:] = new
    near += row.values[:, np.newaxis] * change
    weights[row.places] = near
    return float(np.abs(slope).max())


def svm_scores(weights: Floats, row: Row) -> Floats:
    """Of each class, above zero where it is meant."""
    scores: Floats = row.values @ weights[row.places].astype(np.float32)
    return scores

"""Kernel ridge regression from likeness to entries, with what it says of texts left out.

With K the likeness of all questions to each other and G = (K + λI)⁻¹, the scores of a text with
likeness k are k·G·Y. What the regression would say of question i without having seen it follows
without learning anew: y_i - (G·Y)_i / G_ii, and of all questions S of an entry Y_S - G_SS⁻¹ (G·Y)_S
(Rifkin and Lippert 2007, Notes on Regularized Least Squares, section 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
_RIDGE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Ridge:
    """Weights; immutable."""

    weights: Doubles
    """(questions, entries)."""

    def __call__(self, likeness: NDArray[np.float32]) -> Doubles:
        """Scores of the entries: about 1 for a question of it, 0 for anything else."""
        scores: Doubles = likeness @ self.weights
        return scores


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """Scores of questions by regressions that did not see them."""

    alone: Doubles
    """(questions, entries): without the question itself."""
    without_entry: Doubles
    """Without any question of its entry, whose own score is -1."""
    inverse: Doubles
    """G."""


def fit(kernel: NDArray[np.float32], groups: NDArray[np.int64]) -> tuple[Ridge, LeftOut]:
    """Learn from the questions' likeness to each other."""
    count = len(groups)
    truth = np.zeros((count, int(groups.max()) + 1))
    truth[np.arange(count), groups] = 1
    even = (kernel + kernel.T).astype(np.float64) / 2
    inverse: Doubles = np.linalg.inv(even + _RIDGE * np.eye(count)).astype(np.float64)
    weights = inverse @ truth
    alone = truth - weights / np.diag(inverse)[:, None]
    return Ridge(weights), LeftOut(alone, _without_entry(truth, inverse, weights, groups), inverse)


def _without_entry(
    truth: Doubles, inverse: Doubles, weights: Doubles, groups: NDArray[np.int64]
) -> Doubles:
    found = np.empty_like(truth)
    for entry in range(truth.shape[1]):
        own = np.flatnonzero(groups == entry)
        found[own] = truth[own] - np.linalg.solve(inverse[np.ix_(own, own)], weights[own])
        found[own, entry] = -1
    return found

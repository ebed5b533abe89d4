"""Two models on phrases that neither was taught: what got better and worse, and how sure that is.

Intervals: Wilson 1927 for shares; a paired bootstrap (Efron 1979) for the difference of two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Z = 1.96
"""Of 95 %."""
_DRAWS = 2_000
ENOUGH = 5
"""Phrases of an intent from which its loss counts: one of four would be 25 points."""


@dataclass(frozen=True, slots=True)
class IntentChange:
    """One intent, or out of scope."""

    label: str
    count: int
    old: float
    """Share that was understood, 0 to 1."""
    new: float
    interval: tuple[float, float]
    """Of `new`, 95 %."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Old against new."""

    count: int
    old: float
    new: float
    difference: tuple[float, float]
    """Of `new` - `old`, 95 %."""
    intents: tuple[IntentChange, ...]
    """The greatest losses first."""
    objections: tuple[str, ...] = ()
    """Why the new one should not serve; none where it may."""


def compare(
    truth: Sequence[str], old: Sequence[str], new: Sequence[str], most_lost: float
) -> Comparison:
    """From what phrases mean and what each model finds (`oos` where it rejects). An intent may
    lose `most_lost` of its phrases, 0 to 1; all together none."""
    meant = np.array(truth)
    old_right, new_right = np.array(old) == meant, np.array(new) == meant
    intents = [_change(label, meant == label, old_right, new_right) for label in sorted(set(truth))]
    intents.sort(key=lambda change: change.new - change.old)
    before, after = float(old_right.mean()), float(new_right.mean())
    return Comparison(
        len(truth),
        before,
        after,
        _difference(old_right, new_right),
        tuple(intents),
        tuple(_objections(before, after, intents, most_lost)),
    )


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The interval of a share, 95 %."""
    if not count:
        return 0.0, 1.0
    share, square = hits / count, _Z * _Z
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = share * (1 - share) / count + square / (4 * count * count)
    half = _Z * math.sqrt(spread) / (1 + square / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def _change(
    label: str, own: NDArray[np.bool_], old: NDArray[np.bool_], new: NDArray[np.bool_]
) -> IntentChange:
    count, hits = int(own.sum()), int(new[own].sum())
    share = float(old[own].mean())
    return IntentChange(label, count, share, hits / count, wilson(hits, count))


def _difference(old: NDArray[np.bool_], new: NDArray[np.bool_]) -> tuple[float, float]:
    gains = new.astype(np.int8) - old.astype(np.int8)
    places = np.random.default_rng(1).integers(0, len(gains), (_DRAWS, len(gains)))
    means = gains[places].mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def _objections(
    before: float, after: float, intents: Sequence[IntentChange], most_lost: float
) -> list[str]:
    found = []
    if after < before:
        found.append(f"over all {100 * after:.1f} % are right, they were {100 * before:.1f} %")
    found += [
        f"`{c.label}` falls from {100 * c.old:.0f} to {100 * c.new:.0f} % of {c.count} phrases"
        for c in intents
        if c.count >= ENOUGH and c.old - c.new > most_lost + 1e-9
    ]
    return found

"""Confidence intervals of 95 %, the same for the same numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Z = 1.959964
_DRAWS = 1_000
_SEED = 7

Floats = NDArray[np.float64]


def share(part: int, whole: int) -> dict[str, Any] | None:
    """A share with its interval (Wilson's); None of nothing."""
    if not whole:
        return None
    p, z = part / whole, Z
    middle = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * math.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return {
        "part": part,
        "whole": whole,
        "share": round(p, 4),
        "low": round(max(0.0, middle - half), 4),
        "high": round(min(1.0, middle + half), 4),
    }


def ratio(parts: Sequence[tuple[int, int]]) -> dict[str, Any] | None:
    """Sums of numerators by sums of denominators, one pair a call; its interval by drawing calls
    again and again (bootstrap). None where there is no denominator."""
    table = np.array(parts, dtype=np.float64).reshape(-1, 2)
    if not len(table) or not table[:, 1].sum():
        return None
    draws = _draws(len(table))
    sums = table[draws].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = sums[:, 0] / sums[:, 1]
    low, high = np.nanpercentile(ratios, [2.5, 97.5])
    rate = table[:, 0].sum() / table[:, 1].sum()
    return {
        "errors": int(table[:, 0].sum()),
        "words": int(table[:, 1].sum()),
        "rate": round(float(rate), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
    }


def percentiles(values: Sequence[int]) -> dict[str, Any] | None:
    """p50, p95 and p99, the median's interval with it; None of nothing."""
    if not values:
        return None
    table: Floats = np.array(values, dtype=np.float64)
    p50, p95, p99 = np.percentile(table, [50, 95, 99])
    medians = np.median(table[_draws(len(table))], axis=1)
    low, high = np.percentile(medians, [2.5, 97.5])
    return {
        "count": len(values),
        "p50": round(float(p50)),
        "p95": round(float(p95)),
        "p99": round(float(p99)),
        "p50_low": round(float(low)),
        "p50_high": round(float(high)),
    }


def _draws(count: int) -> NDArray[np.int64]:
    """Which to draw, always the same; fewer draws of many, so that it stays quick."""
    draws = max(100, min(_DRAWS, 4_000_000 // count))
    return np.random.default_rng(_SEED).integers(0, count, (draws, count))

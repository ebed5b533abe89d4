"""Multinomial logistic regression by limited-memory BFGS (Nocedal and Wright, algorithm 7.5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Objective = Callable[[Matrix], tuple[float, Matrix]]
_MEMORY, _ROUNDS = 12, 300
_FLAT = 2e-3
"""Ends where the slope is this part of what it was at zero."""
_SUFFICIENT = 1e-4


def log_softmax(scores: Matrix) -> Matrix:
    """Log-probabilities along the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    result: Matrix = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def train_softmax(
    vectors: Matrix,
    labels: NDArray[np.int64],
    classes: int,
    cost: float,
    start: Matrix | None = None,
) -> Matrix:
    """Weights of shape (vector + 1, classes), the bias last. `cost` weighs the loss against the
    square of the weights; the bias is free. `start` is weights that are nearly right."""
    inputs = np.concatenate([vectors, np.ones((len(vectors), 1), np.float32)], axis=1)
    aims = np.zeros((len(vectors), classes), np.float32)
    aims[np.arange(len(vectors)), labels] = 1
    kept = np.ones((inputs.shape[1], 1), np.float32)
    kept[-1] = 0

    def objective(weights: Matrix) -> tuple[float, Matrix]:
        logs = log_softmax(inputs @ weights)
        own = kept * weights
        loss = -cost * float((logs * aims).sum()) + 0.5 * float((own * own).sum())
        slope: Matrix = cost * (inputs.T @ (np.exp(logs) - aims)) + own
        return loss, slope

    return minimize(objective, np.zeros((inputs.shape[1], classes), np.float32), start)


def minimize(objective: Objective, zero: Matrix, start: Matrix | None = None) -> Matrix:
    """Where a convex function is least, near enough, beginning at `start` or at `zero`."""
    point = zero
    value, slope = objective(point)
    enough = _FLAT * float(np.linalg.norm(slope))
    if start is not None:
        point = start
        value, slope = objective(point)
    memory: deque[tuple[Matrix, Matrix, float]] = deque(maxlen=_MEMORY)
    for _ in range(_ROUNDS):
        way = -_newton(slope, memory)
        found = _walk(objective, point, value, slope, way)
        if found is None:
            break
        new, value, new_slope = found
        step, turn = new - point, new_slope - slope
        curve = float((step * turn).sum())
        if curve > 1e-10:
            memory.append((step, turn, curve))
        point, slope = new, new_slope
        if float(np.linalg.norm(slope)) < enough:
            break
    return point


def _newton(slope: Matrix, memory: deque[tuple[Matrix, Matrix, float]]) -> Matrix:
    """The slope times an estimate of the inverse curvature."""
    if not memory:
        return slope / np.float32(max(1.0, float(np.linalg.norm(slope))))
    way = slope.copy()
    parts: list[float] = []
    for step, turn, curve in reversed(memory):
        part = float((step * way).sum()) / curve
        parts.append(part)
        way -= np.float32(part) * turn
    _, turn, curve = memory[-1]
    way *= np.float32(curve / float((turn * turn).sum()))
    for (step, turn, curve), part in zip(memory, reversed(parts), strict=True):
        way += np.float32(part - float((turn * way).sum()) / curve) * step
    return way


def _walk(
    objective: Objective, point: Matrix, value: float, slope: Matrix, way: Matrix
) -> tuple[Matrix, float, Matrix] | None:
    """Along `way` until the function has fallen enough; None where it will not."""
    fall = float((slope * way).sum())
    length = 1.0
    for _ in range(20):
        new = point + np.float32(length) * way
        new_value, new_slope = objective(new)
        if new_value <= value + _SUFFICIENT * length * fall:
            return new, new_value, new_slope
        length /= 2
    return None

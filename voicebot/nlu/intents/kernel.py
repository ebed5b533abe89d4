"""Softmax regression on a Gaussian kernel of sentence vectors, by landmarks.

Williams and Seeger 2001 (Nyström): with K the kernel of the landmarks, K(x, landmarks) · K^-1/2
are features whose products are the kernel. The root is folded into the weights when it is learned,
so a query costs two products.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicebot.nlu.intents.softmax import train_softmax
from voicebot.nlu.intents.tfidf import Floats

_LANDMARKS = 1_000
_JITTER = 1e-6
_MANY = 50
"""Examples an intent from which the kernel is wider: there is less to guess between them."""
_NARROW, _WIDE = 1.0, 0.5
_COST, _FEW_COST = 30.0, 100.0
"""Weight of the loss; with few examples each counts for more."""


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """Logits of intents from a sentence vector."""

    landmarks: Floats
    """Rows of length one."""
    weights: Floats
    """(landmarks + 1, intents), the bias last."""
    gamma: float
    """Of exp(-gamma · distance²)."""

    def __call__(self, vector: Floats) -> Floats:
        """One vector of length one."""
        near = _gaussian(vector @ self.landmarks.T, self.gamma)
        logits: Floats = near @ self.weights[:-1] + self.weights[-1]
        return logits


@dataclass(frozen=True, slots=True, eq=False)
class KernelSpace:
    """Features whose products are the kernel."""

    landmarks: Floats
    root: Floats
    """K^-1/2."""
    gamma: float
    cost: float

    def features(self, vectors: Floats) -> Floats:
        """Rows of vectors to rows of features."""
        found: Floats = _gaussian(vectors @ self.landmarks.T, self.gamma) @ self.root
        return found

    def learn(
        self, features: Floats, labels: NDArray[np.int64], classes: int, start: Floats | None = None
    ) -> Floats:
        """Weights of features (and a bias); `start` is such that are nearly right."""
        return train_softmax(features, labels, classes, self.cost, start)

    def kernel(self, weights: Floats) -> Kernel:
        """What such weights say of a vector."""
        folded = np.concatenate([self.root @ weights[:-1], weights[-1:]])
        return Kernel(self.landmarks, folded, self.gamma)


def kernel_space(vectors: Floats, labels: NDArray[np.int64]) -> KernelSpace:
    """For sentence vectors of length one; some of them become landmarks."""
    many = float(np.median(np.bincount(labels))) >= _MANY
    gamma = _WIDE if many else _NARROW
    chosen = np.random.default_rng(3).permutation(len(vectors))[:_LANDMARKS]
    landmarks = vectors[np.sort(chosen)]
    values, axes = np.linalg.eigh(_gaussian(landmarks @ landmarks.T, gamma).astype(np.float64))
    root = (axes / np.sqrt(np.maximum(values, 0) + _JITTER)).astype(np.float32)
    return KernelSpace(landmarks, root, gamma, _COST if many else _FEW_COST)


def _gaussian(products: Floats, gamma: float) -> Floats:
    """From products of vectors of length one."""
    result: Floats = np.exp(np.float32(-2 * gamma) * (1 - products))
    return result

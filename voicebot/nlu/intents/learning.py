"""From examples to scores: support vectors of n-grams and a kernel of vectors, side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicebot.nlu.intents.material import Material
from voicebot.nlu.intents.model import IntentModel, Sense, sense
from voicebot.nlu.intents.svm import train_svm
from voicebot.nlu.intents.tfidf import Floats
from voicebot.nlu.intents.wordings import wordings


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """A model, not calibrated yet, and from where it can be learned on."""

    model: IntentModel
    duals: Floats
    """Of all rows of the material; zero where a row was left out."""
    weights: Floats | None
    """Of the kernel's features."""


def learn(
    material: Material,
    texts: NDArray[np.int64],
    rounds: int,
    done: Callable[[int], None],
    start: Learned | None = None,
) -> Learned:
    """From some of the texts. What was learned before from most of them is a good `start`."""
    with ThreadPoolExecutor(1) as beside:
        meant = beside.submit(_meant, material, texts, start)
        rows = material.with_copies(texts)
        found = train_svm(
            [material.rows[row] for row in rows],
            material.truth[rows],
            len(material.labels),
            material.tfidf.width,
            done=done,
            rounds=rounds,
            costs=material.costs[rows],
            start=None if start is None else start.duals[rows],
        )
        whole, weights = meant.result()
    duals = np.zeros((len(material.rows), len(material.labels)), np.float32)
    duals[rows] = found.duals
    model = IntentModel(
        material.labels,
        material.language,
        material.tfidf.of(material.rows[row] for row in rows),
        found.weights.astype(np.float16),
        whole,
        {},
    )
    return Learned(model, duals, weights)


def _meant(
    material: Material, texts: NDArray[np.int64], start: Learned | None
) -> tuple[Sense | None, Floats | None]:
    embedded = material.embedded
    if embedded is None:
        return None, None
    truth, before = material.truth[texts], None if start is None else start.weights
    classes = len(material.labels)
    weights = embedded.space.learn(embedded.features[texts], truth, classes, before)
    kernel = embedded.space.kernel(weights)
    vectors, fingerprint = embedded.vectors[texts], embedded.encoder.fingerprint
    words = None
    if embedded.axes is not None:
        words = wordings(embedded.axes, [embedded.sentences[n] for n in texts], truth, classes)
    return sense(kernel, vectors, truth, fingerprint, embedded.importance, words), weights

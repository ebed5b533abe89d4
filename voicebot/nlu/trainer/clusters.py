"""Texts that say about the same, together; and what they most likely mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voicebot.nlu.intents.features import views
from voicebot.nlu.intents.scorer import TrainedIntents
from voicebot.nlu.intents.tfidf import Floats, fit
from voicebot.nlu.trainer.inbox import Item

_ALIKE, _ALIKE_BY_WORDS = 0.7, 0.45
"""Cosine to the first text of a cluster from which another belongs to it."""
_CHOSEN = 0.9
"""How sure it is that a caller meant from the first what was chosen in the end."""
SUGGESTIONS = 9
"""As many as there are keys."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Texts to be labeled at once."""

    items: tuple[Item, ...]
    suggestions: tuple[tuple[str, float], ...] = ()
    """Intents with their probability, likeliest first: what callers chose in the end counts most,
    what they denied not at all."""

    @property
    def count(self) -> int:
        """How often they were said."""
        return sum(item.count for item in self.items)


def clusters(items: Sequence[Item], model: TrainedIntents | None) -> list[Cluster]:
    """The most frequent first. With a `model`, by its sentence encoder, and with suggestions."""
    if not items:
        return []
    vectors = _by_sense(items, model) if model is not None else None
    alike = _ALIKE if vectors is not None else _ALIKE_BY_WORDS
    near = vectors if vectors is not None else _by_words(items)
    groups = _grouped(near @ near.T, alike)
    found = [tuple(items[at] for at in group) for group in groups]
    made = [Cluster(group, _suggested(group, model)) for group in found]
    return sorted(made, key=lambda cluster: -cluster.count)


def _grouped(cosines: Floats, alike: float) -> list[list[int]]:
    """Each text joins the nearest leader, or leads a new group."""
    groups: list[list[int]] = []
    for at in range(len(cosines)):
        near = [float(cosines[at, group[0]]) for group in groups]
        best = int(np.argmax(near)) if near else -1
        if best >= 0 and near[best] >= alike:
            groups[best].append(at)
        else:
            groups.append([at])
    return groups


def _by_sense(items: Sequence[Item], model: TrainedIntents) -> Floats | None:
    vectors = [model.read(item.text).vector for item in items]
    known = [vector for vector in vectors if vector is not None]
    return np.stack(known) if len(known) == len(items) else None


def _by_words(items: Sequence[Item]) -> Floats:
    language = "zh" if items[0].language == "zh" else "en"
    grams = [views(item.text, language) for item in items]
    tfidf = fit(grams, language)
    dense = np.zeros((len(items), tfidf.width - 1), np.float32)
    for at, both in enumerate(grams):
        row = tfidf.row(both)
        dense[at, row.places[:-1]] = row.values[:-1]
    result: Floats = dense / np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-9)
    return result


def _suggested(
    items: Sequence[Item], model: TrainedIntents | None
) -> tuple[tuple[str, float], ...]:
    wrong = {label for item in items for label in item.wrong}
    likely = _by_model(items, model) if model is not None else {}
    for label, share in _chosen(items).items():
        # The model has the rest: what it thinks of a text that went wrong is worth less.
        likely = {name: value * (1 - _CHOSEN * share) for name, value in likely.items()}
        likely[label] = likely.get(label, 0.0) + _CHOSEN * share
    kept = [(label, value) for label, value in likely.items() if label not in wrong]
    return tuple(sorted(kept, key=lambda pair: -pair[1])[:SUGGESTIONS])


def _chosen(items: Sequence[Item]) -> dict[str, float]:
    """Share of what was said after which callers chose each."""
    total = sum(item.count for item in items)
    shares: dict[str, float] = {}
    for item in items:
        for label in item.chosen:
            part = item.count / (total * len(item.chosen))
            shares[label] = shares.get(label, 0.0) + part
    return shares


def _by_model(items: Sequence[Item], model: TrainedIntents) -> dict[str, float]:
    total = np.zeros(len(model.model.labels))
    for item in items:
        meaning = model.read(item.text)
        calibration = model.model.calibration(spoken=True, sense=meaning.sense is not None)
        total += item.count * model.model.judge(meaning, calibration).probabilities
    shares = total / total.sum()
    return {label: float(share) for label, share in zip(model.model.labels, shares, strict=True)}

"""A trained model as a scorer of one node: what can be meant here competes, the rest hardly.

A choice or global command with the name of an intent is that intent; the others are compared by
their phrases alone, as all are where the model finds the text out of scope.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder
from voicebot.nlu.intents.features import normalized
from voicebot.nlu.intents.model import IntentModel, Meaning
from voicebot.nlu.scorer import Likely, Query, Scorer

_ELSEWHERE = 0.1
"""How likely an intent is that cannot be meant at the node, against one that can."""
_KEPT = 64
"""Utterances whose meaning is remembered: each is asked about several times."""


@dataclass(slots=True, eq=False)
class TrainedIntents:
    """A model with its encoder. One for all calls of a process."""

    model: IntentModel
    encoder: SentenceEncoder | None
    _read: OrderedDict[str, Meaning] = field(default_factory=OrderedDict, repr=False)

    def read(self, text: str) -> Meaning:
        """Both views of a text."""
        said = normalized(text)
        known = self._read.get(said)
        if known is None:
            sentence = None
            if self.encoder is not None and self.model.sense is not None:
                sentence = self.encoder.sentence(said, self.model.sense.importance)
            known = self._read[said] = self.model.read(said, sentence)
            while len(self._read) > _KEPT:
                self._read.popitem(last=False)
        return known

    def phrases_of(self, names: Collection[str]) -> tuple[str, ...]:
        """What intents were taught by, those of these names."""
        phrases = self.model.phrases
        return tuple(text for name in sorted(set(names) & set(phrases)) for text in phrases[name])

    def within(self, names: Collection[str], phrases: Scorer) -> Scorer:
        """For a node with these choices; `phrases` alone where none of them was taught."""
        taught = {name: at for at, name in enumerate(self.model.labels) if name in names}
        return _IntentScorer(self, taught, phrases) if taught else phrases


@dataclass(frozen=True, slots=True)
class _IntentScorer:
    """Of one node."""

    trained: TrainedIntents
    allowed: Mapping[str, int]
    """Intents that can be meant, and their numbers."""
    phrases: Scorer

    def likely(self, query: Query) -> Likely:
        """What was taught by the model, the rest by the phrases."""
        by_phrases = self.phrases.likely(query)
        if not query.text or query.denied:
            return by_phrases
        meaning = self.trained.read(query.text)
        model = self.trained.model
        calibration = model.calibration(spoken=True, sense=meaning.sense is not None)
        judgment = model.judge(meaning, calibration)
        if judgment.score < calibration.reject:
            return by_phrases
        found = dict(by_phrases.probabilities)
        here = sum(float(judgment.probabilities[at]) for at in self.allowed.values())
        rest = _ELSEWHERE * max(0.0, 1 - here)
        for name, at in self.allowed.items():
            likely = float(judgment.probabilities[at]) / max(here + rest, 1e-9)
            found[name] = max(found.get(name, 0.0), likely)
        return Likely(found, dict.fromkeys(self.allowed, calibration.levels))

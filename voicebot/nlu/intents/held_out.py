"""Calibration: texts that a model did not see tell how sure it may be of what it says.

texts held out ─▶ read clean and with simulated errors ─▶ temperature, thresholds, for each of
                                                          typed and spoken, with vectors or without
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from voicebot.core.meaning import Levels
from voicebot.nlu.embedding.sentence import Sentence
from voicebot.nlu.intents.calibration import calibrate
from voicebot.nlu.intents.learning import Learned, learn
from voicebot.nlu.intents.material import FEW, Material, Step, TrainingOptions, told
from voicebot.nlu.intents.model import Blend, Calibration, IntentModel, Meaning, calibration_name
from voicebot.nlu.intents.svm import BRIEF_ROUNDS
from voicebot.nlu.noise import Noise, stock

_FOLDS = 5
_ENOUGH = 800
"""Held-out texts from which further folds add nothing."""
_WORDS, _FEW_WORDS = (0.35, 0.65), (0.1, 0.4)
"""Least and most weight of n-grams against the embedding."""
_HARDER = 2.0
"""Callers differ: what is heard with this many times the expected errors must not be rejected more
often than what is typed."""
_MOST_ERRORS = 0.5
_HARD = slice(1, None, 2)
_BLANK = Calibration(Blend(1.0, 1.0, 0.0), 1.0, 0.0, Levels(0.6, 0.35))


@dataclass(slots=True)
class HeldOut:
    """Held-out texts, each with a model that did not see it."""

    texts: list[int] = field(default_factory=list)
    """Their numbers in the material."""
    models: list[IntentModel] = field(default_factory=list)
    last: Learned | None = None
    """What the last of the models was learned with."""

    def read(self, texts: Sequence[str], sentences: Sequence[Sentence | None]) -> _Read:
        """Those texts as they are, or as they may be heard."""
        triples = zip(self.models, texts, sentences, strict=True)
        return _Read(self.models, [model.read(text, sentence) for model, text, sentence in triples])


@dataclass(frozen=True, slots=True)
class _Read:
    """What models make of texts."""

    models: list[IntentModel]
    meanings: list[Meaning]

    def by_words(self) -> _Read:
        """The same without their vectors."""
        return _Read(self.models, [Meaning(each.words, None, None) for each in self.meanings])

    def calibrated(self, truth: NDArray[np.int64], words: Blend, hardest: slice) -> Calibration:
        """From how right it is."""
        start = replace(_BLANK, words=words)
        pairs = zip(self.models, self.meanings, strict=True)
        judged = [model.judge(meaning, start) for model, meaning in pairs]
        return calibrate(judged, truth, words, hardest)

    def blend(self) -> Blend:
        """Weight of the n-grams: it grows from where a fifth of the texts is farther."""
        pairs = zip(self.models, self.meanings, strict=True)
        near = [model.nearness(meaning) for model, meaning in pairs]
        sense = self.models[0].sense
        few = sense is not None and sense.usual < FEW
        return Blend(*(_FEW_WORDS if few else _WORDS), float(np.quantile(near, 0.2)))


def hold_out(material: Material, step: Step) -> HeldOut:
    """As many folds as give enough texts."""
    held = HeldOut()
    fold_of = _folds(material.truth[: material.own])
    for fold in range(_FOLDS):
        out = np.flatnonzero(fold_of == fold)
        if len(out) == 0:
            continue
        done = told(step, f"holding out {fold + 1}", BRIEF_ROUNDS)
        kept = np.setdiff1d(material.every, out)
        held.last = learn(material, kept, BRIEF_ROUNDS, done)
        asked = np.random.default_rng(fold).permutation(out)[:_ENOUGH]
        held.texts += asked.tolist()
        held.models += [held.last.model] * len(asked)
        if len(held.texts) >= _ENOUGH:
            break
    return held


def calibrations(
    material: Material, held: HeldOut, options: TrainingOptions, step: Step
) -> dict[str, Calibration]:
    """By `calibration_name`."""
    truth = material.truth[held.texts]
    clean = [material.texts[number] for number in held.texts]
    heard = _noised(clean, material, options)
    embedded = material.embedded
    if embedded is None:
        nothing = [None] * len(clean)
        typed, spoken = held.read(clean, nothing), held.read(heard, nothing)
    else:
        typed = held.read(clean, [embedded.sentences[number] for number in held.texts])
        done = told(step, "reading with errors", len(heard))
        spoken = held.read(heard, embedded.many(heard, options.threads, done))
    found: dict[str, Calibration] = {}
    for is_spoken, read, hardest in ((False, typed, slice(None)), (True, spoken, _HARD)):
        name = calibration_name(spoken=is_spoken, sense=False)
        found[name] = read.by_words().calibrated(truth, _BLANK.words, hardest)
        if embedded is not None:
            name = calibration_name(spoken=is_spoken, sense=True)
            found[name] = read.calibrated(truth, typed.blend(), hardest)
    return found


def _noised(texts: Sequence[str], material: Material, options: TrainingOptions) -> list[str]:
    """With errors, every second text (`_HARD`) with more of them."""
    words = stock(material.texts[: material.own], material.language, options.pronounce)
    usual = Noise(words, options.error_rate)
    harder = Noise(words, min(_MOST_ERRORS, _HARDER * options.error_rate))
    return [(harder if place % 2 else usual)(text) for place, text in enumerate(texts)]


def _folds(truth: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of the fold of each example: every intent is spread over all of them."""
    order = np.random.default_rng(7).permutation(len(truth))
    seen = np.zeros(int(truth.max()) + 1, np.int64)
    folds = np.zeros(len(truth), np.int64)
    for place in order:
        folds[place] = (seen[truth[place]] + truth[place]) % _FOLDS
        seen[truth[place]] += 1
    return folds

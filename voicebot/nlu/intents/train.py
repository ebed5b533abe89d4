"""Training: examples to a model, its calibration learned on texts held out.

examples ─┬─ all ───────────────────────▶ support vectors, softmax ─▶ model
          └─ folds held out ─▶ scores, clean and with simulated errors ─▶ temperature, thresholds
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from voicebot.core.meaning import Levels
from voicebot.nlu.embedding.importance import learn_importance
from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder, Vector
from voicebot.nlu.intents.calibration import calibrate
from voicebot.nlu.intents.features import Grams, normalized, views
from voicebot.nlu.intents.kernel import train_kernel
from voicebot.nlu.intents.model import Blend, Calibration, IntentModel, Sense, calibration_name
from voicebot.nlu.intents.svm import BRIEF_ROUNDS, ROUNDS, train_svm
from voicebot.nlu.intents.tfidf import fit
from voicebot.nlu.intents.training_set import Example, TrainingSet
from voicebot.nlu.noise import Noise, Pronounce, stock

Step = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much."""
_RECIPE = 6
"""Goes up with changes of how is learned."""
_FOLDS = 5
_ENOUGH = 800
"""Held-out texts from which further folds add nothing."""
_FEW = 20
"""Below as many examples an intent, n-grams say little and count for less, and copies of them with
errors teach more errors than phrases."""
_COPY = 0.3
"""What a copy with errors counts for against the phrase itself: as much is won from speech as at 1,
and less lost from text."""
_FEW_RARITY = 0.5
"""Power of rarity in `learn_importance`: with few examples words that all of them have are no sign
of an intent. With many, the encoder knows better."""
_WORDS, _FEW_WORDS = (0.35, 0.65), (0.2, 0.4)
"""Least and most weight of n-grams against the embedding."""
_HARDER = 2.0
"""Callers differ: what is heard with this many times the expected errors must not be rejected more
often than what is typed."""
_MOST_ERRORS = 0.5
_HARD = slice(1, None, 2)
_BLANK = Calibration(Blend(1.0, 1.0, 0.0), 1.0, 0.0, Levels(0.6, 0.35))


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How to train."""

    error_rate: float = 0.1
    """Errors a word (Chinese: a character) that the recognizer is expected to make."""
    threads: int = 2
    """For the sentence encoder."""
    pronounce: Pronounce | None = None
    """Of English words, for errors that sound alike; by their letters without it."""


@dataclass(frozen=True, slots=True)
class _Material:
    """Examples as numbers."""

    labels: tuple[str, ...]
    texts: list[str]
    truth: NDArray[np.int64]
    grams: list[tuple[Grams, Grams]]
    copies: list[tuple[Grams, Grams]]
    """Of the same with recognition errors; none for names."""
    vectors: Vector | None
    importance: Vector | None
    own: int
    """The first so many are the operator's, the rest are the intents' names."""
    language: str
    encoder: SentenceEncoder | None = field(repr=False, default=None)


def train(
    training: TrainingSet,
    encoder: SentenceEncoder | None,
    options: TrainingOptions | None = None,
    step: Step = lambda what, done, of: None,
) -> IntentModel:
    """A model of the set's intents; without `encoder` of their words alone."""
    options = options or TrainingOptions()
    material = _material(training, encoder, options, step)
    calibrations = _calibrations(material, options, step)
    model = _fit(material, np.arange(len(material.texts)), _told(step, "learning"))
    return replace(
        model,
        calibrations=calibrations,
        version=_version(training, model, options),
        phrases=_phrases(training),
    )


def _material(
    training: TrainingSet, encoder: SentenceEncoder | None, options: TrainingOptions, step: Step
) -> _Material:
    examples = list(training.in_scope)
    names = _names(examples, training.language)
    labels = tuple(sorted({example.label for example in examples}))
    number = {label: place for place, label in enumerate(labels)}
    texts = [example.text for example in (*examples, *names)]
    truth = np.array([number[example.label] for example in (*examples, *names)], np.int64)
    grams = [views(text, training.language) for text in texts]
    enough = bool(np.median(np.bincount(truth[: len(examples)])) >= _FEW)
    copies = _copies(texts[: len(examples)], training.language, options) if enough else []
    vectors = importance = None
    if encoder is not None:
        importance = learn_importance(encoder, texts, 0.0 if enough else _FEW_RARITY)
        told = _told(step, "reading", len(texts))
        vectors = encoder.many(texts, options.threads, told, importance)
    return _Material(
        labels,
        texts,
        truth,
        grams,
        copies,
        vectors,
        importance,
        len(examples),
        training.language,
        encoder,
    )


def _copies(
    texts: Sequence[str], language: str, options: TrainingOptions
) -> list[tuple[Grams, Grams]]:
    """N-grams of the texts as they may be misheard; Chinese is met by its sounds already."""
    if language == "zh" or not options.error_rate:
        return []
    noise = Noise(stock(texts, language, options.pronounce), options.error_rate, seed=2)
    return [views(noise(text), language) for text in texts]


def _names(examples: Sequence[Example], language: str) -> list[Example]:
    """Each intent's name as one more example, where it is words of that language."""
    found = []
    for label in sorted({example.label for example in examples}):
        spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-.:/]+", " ", label)
        text = normalized(spaced)
        if text and text.isascii() == (language == "en"):
            found.append(Example(text, label))
    return found


def _fit(
    material: _Material,
    rows: NDArray[np.int64],
    done: Callable[[int], None],
    rounds: int = ROUNDS,
) -> IntentModel:
    """From some of the examples."""
    grams = [material.grams[row] for row in rows]
    tfidf = fit(grams, material.language)
    truth = material.truth[rows]
    shape = (tfidf.width, len(material.labels))
    copied = [row for row in rows if row < len(material.copies)]
    misheard = [tfidf.row(material.copies[row]) for row in copied]
    inputs = [*(tfidf.row(both) for both in grams), *misheard]
    aims = np.concatenate([truth, material.truth[copied]])
    costs = [1.0] * len(rows) + [_COPY] * len(misheard)
    svm = train_svm(inputs, aims, shape, done, rounds, costs)
    return IntentModel(
        material.labels,
        material.language,
        tfidf,
        svm.astype(np.float16),
        _sense(material, rows, truth),
        {},
    )


def _sense(material: _Material, rows: NDArray[np.int64], truth: NDArray[np.int64]) -> Sense | None:
    if material.vectors is None or material.encoder is None:
        return None
    vectors = material.vectors[rows]
    kernel = train_kernel(vectors, truth, len(material.labels))
    return Sense(kernel, vectors, truth, material.encoder.fingerprint, material.importance)


# ------------------------------------------------------------ calibration


@dataclass(slots=True)
class _Held:
    """Held-out texts, and the models that did not see them."""

    models: list[IntentModel] = field(default_factory=list)
    rows: list[NDArray[np.int64]] = field(default_factory=list)


def _calibrations(
    material: _Material, options: TrainingOptions, step: Step
) -> dict[str, Calibration]:
    held = _held_out(material, step)
    rows = np.concatenate(held.rows)
    clean = [material.texts[row] for row in rows]
    noised = _noised(clean, material, options)
    clean_vectors = None if material.vectors is None else material.vectors[rows]
    blend = _BLANK.words if clean_vectors is None else _blend(held, clean_vectors)
    noised_vectors = None
    if material.encoder is not None:
        told = _told(step, "reading with errors", len(noised))
        noised_vectors = material.encoder.many(noised, options.threads, told, material.importance)
    found: dict[str, Calibration] = {}
    for spoken, texts, vectors in (
        (False, clean, clean_vectors),
        (True, noised, noised_vectors),
    ):
        hardest = _HARD if spoken else slice(None)
        for sense in (False, True) if vectors is not None else (False,):
            name = calibration_name(spoken=spoken, sense=sense)
            given = vectors if sense else None
            own = blend if sense else _BLANK.words
            found[name] = _calibration(held, material.truth[rows], (texts, given), own, hardest)
    return found


def _noised(texts: Sequence[str], material: _Material, options: TrainingOptions) -> list[str]:
    """With errors, every second text (`_HARD`) with more of them."""
    words = stock(material.texts[: material.own], material.language, options.pronounce)
    usual = Noise(words, options.error_rate)
    harder = Noise(words, min(_MOST_ERRORS, _HARDER * options.error_rate))
    return [(harder if place % 2 else usual)(text) for place, text in enumerate(texts)]


def _calibration(
    held: _Held,
    truth: NDArray[np.int64],
    said: tuple[Sequence[str], Vector | None],
    words: Blend,
    hardest: slice,
) -> Calibration:
    texts, vectors = said
    start = replace(_BLANK, words=words)
    judged, at = [], 0
    for model, rows in zip(held.models, held.rows, strict=True):
        for place in range(at, at + len(rows)):
            vector = None if vectors is None else vectors[place]
            judged.append(model.judge(model.read(texts[place], vector), start))
        at += len(rows)
    return calibrate(judged, truth, words, hardest)


def _blend(held: _Held, vectors: Vector) -> Blend:
    """Weight of the n-grams: it grows from where a fifth of what was held out is farther."""
    models = [model for model, rows in zip(held.models, held.rows, strict=True) for _ in rows]
    near = [model.nearness(vector) for model, vector in zip(models, vectors, strict=True)]
    sense = held.models[0].sense
    few = sense is not None and np.median(np.bincount(sense.labels)) < _FEW
    return Blend(*(_FEW_WORDS if few else _WORDS), float(np.quantile(near, 0.2)))


def _held_out(material: _Material, step: Step) -> _Held:
    """As many folds as give enough texts."""
    held = _Held()
    fold_of = _folds(material.truth[: material.own])
    done = 0
    for fold in range(_FOLDS):
        out = np.flatnonzero(fold_of == fold)
        kept = np.setdiff1d(np.arange(len(material.texts)), out)
        if len(out) == 0:
            continue
        told = _told(step, f"holding out {fold + 1}", BRIEF_ROUNDS)
        held.models.append(_fit(material, kept, told, BRIEF_ROUNDS))
        held.rows.append(np.random.default_rng(fold).permutation(out)[:_ENOUGH])
        done += len(held.rows[-1])
        if done >= _ENOUGH:
            break
    return held


def _folds(truth: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of the fold of each example: every intent is spread over all of them."""
    order = np.random.default_rng(7).permutation(len(truth))
    seen = np.zeros(int(truth.max()) + 1, np.int64)
    folds = np.zeros(len(truth), np.int64)
    for place in order:
        folds[place] = (seen[truth[place]] + truth[place]) % _FOLDS
        seen[truth[place]] += 1
    return folds


def _told(step: Step, what: str, of: int = ROUNDS) -> Callable[[int], None]:
    """Sums up what is done and tells."""
    so_far = 0

    def done(more: int) -> None:
        nonlocal so_far
        so_far += more
        step(what, so_far, of)

    return done


def _phrases(training: TrainingSet) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for example in training.in_scope:
        found.setdefault(example.label, []).append(example.text)
    return {label: tuple(dict.fromkeys(texts)) for label, texts in sorted(found.items())}


def _version(training: TrainingSet, model: IntentModel, options: TrainingOptions) -> str:
    parts = [f"{_RECIPE} {options.error_rate} {model.language}"]
    parts += [model.sense.fingerprint] if model.sense else []
    parts += sorted(f"{example.text}\t{example.label}" for example in training.examples)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

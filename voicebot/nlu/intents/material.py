"""A training set as numbers, made once for all that is learned from it.

texts ─┬─▶ n-grams ─▶ rows · those of copies with recognition errors ─▶ rows that count less
       └─▶ vectors ─▶ features of the kernel
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicebot.nlu.embedding.importance import learn_importance
from voicebot.nlu.embedding.sentence import Sentence, Vector
from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder
from voicebot.nlu.intents.features import Grams, normalized, views
from voicebot.nlu.intents.kernel import KernelSpace, kernel_space
from voicebot.nlu.intents.tfidf import Floats, Row, TfIdf, fit
from voicebot.nlu.intents.training_set import Example, TrainingSet
from voicebot.nlu.intents.wordings import axes_of
from voicebot.nlu.noise import Noise, Pronounce, stock

Step = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much."""
FEW = 20
"""Below as many examples an intent, n-grams say little and count for less, and copies of them with
errors teach more errors than phrases; their words are met one by one (`Wordings`)."""
_COPY = 0.3
"""What a copy with errors counts for against the phrase itself: as much is won from speech as at 1,
and less lost from text."""
_FEW_RARITY = 0.5
"""Power of rarity in `learn_importance`: with few examples words that all of them have are no sign
of an intent. With many, the encoder knows better."""


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How to train."""

    error_rate: float = 0.1
    """Errors a word (Chinese: a character) that the recognizer is expected to make."""
    threads: int = 2
    """For the sentence encoder."""
    pronounce: Pronounce | None = None
    """Of English words, for errors that sound alike; by their letters without it."""


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """What the sentence encoder makes of the texts."""

    encoder: SentenceEncoder
    importance: Vector
    sentences: list[Sentence]
    vectors: Vector
    """Theirs."""
    space: KernelSpace
    features: Floats
    axes: Floats | None
    """Of `Wordings`; None where many examples say more."""

    def many(
        self, texts: Sequence[str], threads: int, done: Callable[[int], None]
    ) -> list[Sentence]:
        """Other texts."""
        words = self.axes is not None
        return _read(self.encoder, texts, self.importance, threads, done, words=words)


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Examples as numbers. Texts come first, their copies with errors after them."""

    labels: tuple[str, ...]
    language: str
    texts: list[str]
    own: int
    """The first so many are the operator's, the rest are the intents' names."""
    tfidf: TfIdf
    rows: list[Row]
    """Of the texts, then of the copies: none, or one of each text of the operator's."""
    truth: NDArray[np.int64]
    """Number of the intent of each row."""
    costs: Floats
    """What each row counts for."""
    embedded: Embedded | None

    @property
    def every(self) -> NDArray[np.int64]:
        """Numbers of all texts."""
        return np.arange(len(self.texts))

    def with_copies(self, texts: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of some texts."""
        copies = texts[texts < len(self.rows) - len(self.texts)]
        return np.concatenate([texts, copies + len(self.texts)])


def material(
    training: TrainingSet, encoder: SentenceEncoder | None, options: TrainingOptions, step: Step
) -> Material:
    """Takes most of the time of a training: each text is read by the encoder."""
    examples = [*training.in_scope, *_names(training.in_scope, training.language)]
    own = len(training.in_scope)
    labels = tuple(sorted({example.label for example in examples}))
    number = {label: place for place, label in enumerate(labels)}
    texts = [example.text for example in examples]
    truth = np.array([number[example.label] for example in examples], np.int64)
    many = bool(np.median(np.bincount(truth[:own])) >= FEW)
    grams = [views(text, training.language) for text in texts]
    copies = _copies(texts[:own], training.language, options) if many else []
    tfidf = fit(grams, training.language)
    return Material(
        labels,
        training.language,
        texts,
        own,
        tfidf,
        [tfidf.row(each) for each in (*grams, *copies)],
        np.concatenate([truth, truth[: len(copies)]]),
        np.repeat(np.array([1, _COPY], np.float32), [len(texts), len(copies)]),
        None if encoder is None else _embedded(encoder, texts, truth, options, step, many=many),
    )


def _embedded(
    encoder: SentenceEncoder,
    texts: Sequence[str],
    truth: NDArray[np.int64],
    options: TrainingOptions,
    step: Step,
    *,
    many: bool,
) -> Embedded:
    importance = learn_importance(encoder, texts, 0.0 if many else _FEW_RARITY)
    done = told(step, "reading", len(texts))
    sentences = _read(encoder, texts, importance, options.threads, done, words=not many)
    vectors = np.stack([sentence.vector for sentence in sentences])
    space = kernel_space(vectors, truth)
    axes = None if many else axes_of(sentences)
    return Embedded(encoder, importance, sentences, vectors, space, space.features(vectors), axes)


def _read(
    encoder: SentenceEncoder,
    texts: Sequence[str],
    importance: Vector,
    threads: int,
    done: Callable[[int], None],
    *,
    words: bool,
) -> list[Sentence]:
    """Without their words where those are not looked at: of many texts they would fill memory."""
    if words:
        return encoder.sentences(texts, threads, done, importance)
    return [Sentence(vector) for vector in encoder.many(texts, threads, done, importance)]


def _copies(
    texts: Sequence[str], language: str, options: TrainingOptions
) -> list[tuple[Grams, ...]]:
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


def told(step: Step, what: str, of: int) -> Callable[[int], None]:
    """Sums up what is done and tells."""
    so_far = 0

    def done(more: int) -> None:
        nonlocal so_far
        so_far += more
        step(what, so_far, of)

    return done

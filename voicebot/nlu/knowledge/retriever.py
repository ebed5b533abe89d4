"""Finds the entries that may be what a caller asks.

readings ─▶ names folded ─▶ likeness ─▶ ridge ─▶ curve ─▶ mean over readings ─▶ findings, best first
"""

from __future__ import annotations

import datetime
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from voicebot.core.knowledge import Finding, Knowledge, KnowledgeScope
from voicebot.core.speech import Hypothesis
from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder
from voicebot.nlu.knowledge.base_index import BaseIndex, build

READINGS = 3
"""Readings of an utterance that are looked at: each costs an embedding."""
FINDINGS = 3
_KEPT = 16
"""Bases, by version and language, that are kept."""
_DOUBTFUL = 0.5
"""A reading that the recognizer believes less counts less."""
_LEAST = 0.02
_MAX_CHARACTERS = 400


class Retriever:
    """One for all calls of a process; safe from several threads."""

    def __init__(self, encoder: Callable[[], SentenceEncoder | None]) -> None:
        """`encoder` gives that of English sentences, None where none is installed; it is asked for
        when the first English base comes."""
        self._encoder = encoder
        self._indexes: OrderedDict[tuple[str, str, str], BaseIndex | None] = OrderedDict()
        self._lock = threading.Lock()

    def is_ready(self, scope: KnowledgeScope, language: str) -> bool:
        """Whether a search would begin at once."""
        return all(_key(base, language) in self._indexes for base in scope.bases)

    def prepare(self, scope: KnowledgeScope, language: str) -> None:
        """Make a scope's bases ready: some seconds for a thousand questions. Blocks."""
        for base in scope.bases:
            self._index(base, language)

    def search(
        self,
        readings: Sequence[Hypothesis],
        scope: KnowledgeScope,
        language: str,
        today: datetime.date | None,
    ) -> tuple[Finding, ...]:
        """The best few entries that may be told today. Never raises for a text, however odd."""
        found: list[Finding] = []
        for base in scope.bases:
            index = self._index(base, language)
            if index is not None:
                found += _search(index, readings[:READINGS], scope, today)
        return tuple(sorted(found, key=lambda one: -one.score)[:FINDINGS])

    def _index(self, base: Knowledge, language: str) -> BaseIndex | None:
        key = _key(base, language)
        if key in self._indexes:
            return self._indexes[key]
        with self._lock:
            if key not in self._indexes:
                encoder = self._encoder() if language == "en" else None
                self._indexes[key] = build(base, language, encoder)
                while len(self._indexes) > _KEPT:
                    self._indexes.popitem(last=False)
        return self._indexes.get(key)


def _key(base: Knowledge, language: str) -> tuple[str, str, str]:
    return base.name, base.version, language


def _search(
    index: BaseIndex,
    readings: Sequence[Hypothesis],
    scope: KnowledgeScope,
    today: datetime.date | None,
) -> list[Finding]:
    allowed = np.array([scope.allows(entry, today) for entry in index.entries], bool)
    sure = [min(1.0, max(0.0, reading.confidence)) for reading in readings]
    if not readings or not sum(sure) or not allowed.any():
        return []
    likely: NDArray[np.float64] = np.zeros(len(index.entries))
    for reading, weight in zip(readings, sure, strict=True):
        likely += weight / sum(sure) * index.search(reading.text[:_MAX_CHARACTERS], allowed)
    likely *= min(1.0, max(sure) / _DOUBTFUL)
    best = np.argsort(-likely)[:FINDINGS]
    return [
        Finding(index.base.name, index.entries[at].id, round(float(likely[at]), 4))
        for at in best
        if likely[at] >= _LEAST
    ]

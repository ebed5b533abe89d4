"""`core.ports.Understanding` where callers may also ask what the knowledge base has.

What the node expects comes first. A question is looked for where nothing of it was meant, or not
surely; where the base is sure of an answer, it wins over a choice that is less likely. A global
command that is understood surely always wins: a person is there on request.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from voicebot.core.errors import EngineError
from voicebot.core.knowledge import Finding, KnowledgeScope, Verdict
from voicebot.core.meaning import Expectation, Interpretation, Match
from voicebot.core.speech import Hypothesis, Transcript
from voicebot.nlu.embedding.find import shared_encoder
from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder
from voicebot.nlu.intents.features import normalized
from voicebot.nlu.knowledge.retriever import Retriever
from voicebot.nlu.remembered import Remembered
from voicebot.nlu.settings import NluSettings
from voicebot.nlu.text import words_of
from voicebot.nlu.understanding import PhraseUnderstanding

log = logging.getLogger(__name__)

_PATIENCE_S = 1.0
"""A base that takes longer to be made ready is done without in this turn."""
_LIKELIER = 0.1
"""An answer wins over a choice that was taken for sure only from so much more."""
_GOES_ON = frozenset(
    words_of(
        "and or but if because when for with to of in on at my the a an is are do does can could "
        "how what which where um uh er 和 或 如果 因为 的 在 我 你们 是 怎么 什么 嗯 呃"
    )
)
"""A question that ends so goes on."""


class AnsweringUnderstanding:
    """Phrases, slots and knowledge. One for all calls of a process."""

    def __init__(
        self,
        settings: NluSettings | None = None,
        now: Callable[[], datetime] = datetime.now,
        remembered: Remembered | None = None,
    ) -> None:
        """`now` gives the time in the call's zone: what is told depends on the day. Raises
        `ConfigError` where a trained model cannot be used."""
        self._settings = settings or NluSettings()
        self._phrases = PhraseUnderstanding(self._settings, now, remembered)
        self._now = now
        self._retriever = Retriever(self._encoder)
        self.notes = self._phrases.notes
        """What the operator should know at the start."""

    def prepare(self, expectation: Expectation) -> None:
        """Compile an expectation before a call needs it. Blocks: some ms, and some seconds for a
        large knowledge base."""
        self._phrases.prepare(expectation)
        if expectation.knowledge is not None:
            self._retriever.prepare(expectation.knowledge, expectation.language)

    def is_slow(self, expectation: Expectation) -> bool:
        """Whether `prepare` would take more than a few ms."""
        scope = expectation.knowledge
        return scope is not None and not self._retriever.is_ready(scope, expectation.language)

    @property
    def versions(self) -> Mapping[str, str]:
        """Of the trained models, by language."""
        return self._phrases.versions

    def renewed(self) -> AnsweringUnderstanding:
        """Another one, by the models as they are on disk now; what was made ready of knowledge
        bases is shared. Blocks. Raises `ConfigError` where a model cannot be used."""
        new = AnsweringUnderstanding(self._settings, self._now)
        new._retriever = self._retriever
        return new

    def worded(self, expectation: Expectation) -> Expectation:
        """`expectation` with what its choices were taught by."""
        return self._phrases.worded(expectation)

    async def interpret(self, transcript: Transcript, expectation: Expectation) -> Interpretation:
        """What of `expectation` was meant. Never raises for a text, however odd."""
        if not await self._is_ready(expectation.knowledge, expectation.language):
            expectation = replace(expectation, knowledge=None)
        return self.understand(transcript, expectation)

    def understand(self, transcript: Transcript, expectation: Expectation) -> Interpretation:
        """`interpret` without the event loop: a few milliseconds of plain computing."""
        meant = self._phrases.understand(transcript, expectation)
        scope = expectation.knowledge
        if scope is None or transcript.rejected or not transcript.hypotheses:
            return meant
        is_sure = meant.match is not Match.NONE and meant.confidence >= _accept(meant, expectation)
        is_beaten_by_none = meant.match is Match.UNIVERSAL or meant.confidence > 1 - _LIKELIER
        if is_sure and is_beaten_by_none:
            return meant
        found = self._search(transcript.hypotheses, scope, expectation.language)
        return _decided(meant, found, scope, is_sure=is_sure, transcript=transcript)

    async def look_up(self, text: str, scope: KnowledgeScope, language: str) -> tuple[Finding, ...]:
        """What may be the answer to a text, best first."""
        if not await self._is_ready(scope, language):
            return ()
        return self._search((Hypothesis(text, 1.0),), scope, language)

    async def _is_ready(self, scope: KnowledgeScope | None, language: str) -> bool:
        """Whether a base can be searched; one that nobody has prepared is waited for, but not so
        long that the caller would notice."""
        if scope is None or self._retriever.is_ready(scope, language):
            return True
        making = asyncio.get_running_loop().run_in_executor(
            None, self._retriever.prepare, scope, language
        )
        done, _ = await asyncio.wait([making], timeout=_PATIENCE_S)
        if not done:
            log.warning("a knowledge base is not ready yet: a question is not answered")
        return bool(done)

    def _search(
        self, readings: tuple[Hypothesis, ...], scope: KnowledgeScope, language: str
    ) -> tuple[Finding, ...]:
        return self._retriever.search(readings, scope, language, self._now().date())

    def _encoder(self) -> SentenceEncoder | None:
        if self._settings.knowledge_by_words:
            return None
        try:
            return shared_encoder(self._settings.encoder)
        except EngineError as error:
            log.warning("questions are found by words alone", extra={"reason": str(error)})
            return None


def _accept(meant: Interpretation, expectation: Expectation) -> float:
    own = meant.levels
    return expectation.accept if own is None or expectation.levels_given else own.accept


def _decided(
    meant: Interpretation,
    found: tuple[Finding, ...],
    scope: KnowledgeScope,
    *,
    is_sure: bool,
    transcript: Transcript,
) -> Interpretation:
    """What the node expects, or a question."""
    verdict = scope.verdict(found)
    score = found[0].score if found else 0.0
    wins = verdict is Verdict.ANSWER and score >= meant.confidence + (_LIKELIER if is_sure else 0)
    wins = wins or (meant.match is Match.NONE and verdict is not Verdict.NOTHING)
    if not wins:
        return replace(meant, findings=found)
    second = found[1].entry if verdict is Verdict.CLARIFY and len(found) > 1 else ""
    return Interpretation(
        Match.ANSWER,
        transcript.text,
        confidence=score,
        choice=found[0].entry,
        runner_up=second,
        findings=found,
        complete=verdict is Verdict.ANSWER and not _dangles(transcript.text),
    )


def _dangles(text: str) -> bool:
    words = words_of(normalized(text))
    return not words or words[-1] in _GOES_ON

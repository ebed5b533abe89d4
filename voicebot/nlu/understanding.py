"""`core.ports.Understanding` by phrases: patterns first, likeness second, nothing when unsure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from voicebot.core.meaning import EMPTY, Expectation, Interpretation, Match, SlotValue
from voicebot.core.speech import Hypothesis, Transcript
from voicebot.nlu.intents.opening import open_models
from voicebot.nlu.matching import Matching, Meaning
from voicebot.nlu.pattern import Fill
from voicebot.nlu.scope import Scope
from voicebot.nlu.scopes import Scopes
from voicebot.nlu.settings import NluSettings
from voicebot.nlu.text import Utterance, read

_TIE = 0.03
"""What the node asks for itself wins over a global command that is no surer than this."""
_SURE = 0.9
"""A pattern found with this quality is not doubted for what is only alike."""
_UNDECIDED = 0.5
"""What is left of the confidence when two are equally likely."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A meaning of one of the readings."""

    meaning: Meaning
    utterance: Utterance
    heard: float
    """Confidence of the reading."""
    confidence: float
    """Of the reading and of the match together."""

    @property
    def rank(self) -> float:
        """For choosing: the node's own goals have the edge."""
        own = self.meaning.match is not Match.UNIVERSAL
        return self.confidence + (_TIE if own else 0.0)


class PhraseUnderstanding:
    """Interprets by the phrases and slots of the node. One for all calls of a process."""

    def __init__(
        self, settings: NluSettings | None = None, now: Callable[[], datetime] = datetime.now
    ) -> None:
        """`now` gives the time in the call's zone: dates and times are relative to it. Raises
        `ConfigError` where a trained model cannot be used."""
        self._settings = settings or NluSettings()
        self._now = now
        opened = open_models(self._settings)
        self.notes = opened.notes
        """What the operator should know at the start."""
        narrow = {language: trained.within for language, trained in opened.models.items()}
        self._scopes = Scopes(self._settings.scopes, narrow)

    def prepare(self, expectation: Expectation) -> None:
        """Compile an expectation before a call needs it; takes some ms."""
        self._scopes.get(expectation)

    async def interpret(self, transcript: Transcript, expectation: Expectation) -> Interpretation:
        """What of `expectation` was meant. Never raises for a text, however odd."""
        return self.understand(transcript, expectation)

    def understand(self, transcript: Transcript, expectation: Expectation) -> Interpretation:
        """`interpret` without the event loop: a millisecond of plain computing."""
        nothing = Interpretation(Match.NONE, transcript.text)
        if transcript.rejected or not transcript.hypotheses:
            return nothing
        scope = self._scopes.get(expectation)
        candidates = [
            candidate
            for hypothesis in transcript.hypotheses[: self._settings.hypotheses]
            for candidate in self._candidates(hypothesis, scope, expectation.filled)
        ]
        if not candidates:
            return nothing
        chosen, runner_up = self._choose(candidates)
        second = self._second_values(chosen, candidates)
        if second is not None:
            chosen = self._in_doubt(chosen, second, expectation.confirm)
        if chosen.confidence < expectation.confirm:
            return replace(nothing, confidence=round(chosen.confidence, 4))
        filled = expectation.filled
        meant = _interpretation(chosen, runner_up, transcript.text, scope, filled)
        if second is None:
            return meant
        others = _values(second.meaning.fills, second, scope, filled)
        return replace(meant, rivals=_rival_values(meant.slots, others))

    def _candidates(
        self, hypothesis: Hypothesis, scope: Scope, filled: Mapping[str, SlotValue]
    ) -> list[_Candidate]:
        utterance = read(hypothesis.text)
        heard = min(1.0, max(0.0, hypothesis.confidence))
        return [
            _Candidate(meaning, utterance, heard, heard * meaning.quality)
            for meaning in Matching(utterance, scope, self._now(), filled).meanings()
        ]

    def _choose(self, candidates: list[_Candidate]) -> tuple[_Candidate, str]:
        """The best, its confidence lowered where another comes close, and that other's name."""
        best = max(candidates, key=lambda candidate: candidate.rank)
        rivals = [c for c in candidates if _rivals(c, best)]
        if not rivals:
            return best, ""
        second = max(rivals, key=lambda candidate: candidate.confidence)
        closeness = min(1.0, second.confidence / max(best.confidence, 1e-6))
        if closeness < self._settings.close:
            return best, ""
        sure = best.confidence * self._certainty(closeness)
        return replace(best, confidence=sure), second.meaning.name

    def _certainty(self, closeness: float) -> float:
        """What is left of a confidence when another one is that part of it."""
        span = 1 - self._settings.close
        return 1 - (1 - _UNDECIDED) * (closeness - self._settings.close) / span

    def _second_values(self, best: _Candidate, all_: list[_Candidate]) -> _Candidate | None:
        """Another reading with other values, if it comes close: "fifteen", "fifty"."""
        if best.meaning.match is not Match.SLOTS:
            return None
        values = {found.slot: found.value for found in best.meaning.fills}
        rivals = [
            other
            for other in all_
            if other.utterance is not best.utterance
            and other.meaning.match is Match.SLOTS
            and {f.slot for f in other.meaning.fills} == set(values)
            and any(f.value != values[f.slot] for f in other.meaning.fills)
        ]
        second = max(rivals, key=lambda other: other.confidence, default=None)
        if second is None or second.confidence < self._settings.close * best.confidence:
            return None
        return second

    def _in_doubt(self, best: _Candidate, second: _Candidate, least: float) -> _Candidate:
        """The best, less sure of it, though not so little that it would not be asked back."""
        closeness = min(1.0, second.confidence / max(best.confidence, 1e-6))
        lowered = best.confidence * self._certainty(closeness)
        return replace(best, confidence=max(lowered, min(best.confidence, least)))


def _rivals(other: _Candidate, best: _Candidate) -> bool:
    """Whether `other` casts doubt on `best`: another goal, and not a command beside the node's."""
    if not other.meaning.name or not best.meaning.name:
        return False
    if other.meaning.name == best.meaning.name:
        return False
    if best.meaning.exact and best.utterance is other.utterance:
        if best.meaning.holds(other.meaning):
            return False
        if best.meaning.quality >= _SURE and not other.meaning.exact:
            return False
    return best.meaning.match is Match.UNIVERSAL or other.meaning.match is not Match.UNIVERSAL


def _interpretation(
    chosen: _Candidate,
    runner_up: str,
    heard: str,
    scope: Scope,
    filled: Mapping[str, SlotValue],
) -> Interpretation:
    meaning = chosen.meaning
    return Interpretation(
        match=meaning.match,
        text=heard if not chosen.utterance.text else chosen.utterance.text,
        confidence=round(chosen.confidence, 4),
        choice=meaning.name,
        slots=_values(meaning.fills, chosen, scope, filled),
        runner_up=runner_up,
        begun=_values(meaning.begun, chosen, scope, filled),
        complete=meaning.complete and not runner_up,
    )


def _rival_values(
    own: Mapping[str, SlotValue], others: Mapping[str, SlotValue]
) -> Mapping[str, SlotValue]:
    """What the second reading has otherwise."""
    return {n: v for n, v in others.items() if v.value != own[n].value}


def _values(
    fills: Iterable[Fill], said: _Candidate, scope: Scope, filled: Mapping[str, SlotValue]
) -> Mapping[str, SlotValue]:
    values = {
        found.slot: SlotValue(
            scope.specs[found.slot].type,
            found.value,
            _raw(found, said.utterance, filled),
            round(said.heard * found.quality, 4),
        )
        for found in fills
        if found.slot in scope.specs
    }
    return MappingProxyType(values) if values else EMPTY


def _raw(found: Fill, utterance: Utterance, filled: Mapping[str, SlotValue]) -> str:
    """The caller's words, those of earlier turns before them where the value holds both."""
    now = utterance.raw(found.first, found.last)
    return f"{filled[found.slot].raw} {now}" if found.adds else now

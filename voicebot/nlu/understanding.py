"""`core.ports.Understanding` by phrases: patterns first, likeness second, nothing when unsure."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from voicebot.core.meaning import (
    EMPTY,
    Expectation,
    Interpretation,
    Match,
    SlotValue,
    Wordings,
)
from voicebot.core.speech import Hypothesis, Transcript
from voicebot.nlu.intents.opening import open_models
from voicebot.nlu.intents.scorer import TrainedIntents
from voicebot.nlu.matching import Matching, Meaning
from voicebot.nlu.pattern import Fill
from voicebot.nlu.readings import Candidate, candidates
from voicebot.nlu.remembered import Remembered
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


class PhraseUnderstanding:
    """Interprets by the phrases and slots of the node. One for all calls of a process."""

    def __init__(
        self,
        settings: NluSettings | None = None,
        now: Callable[[], datetime] = datetime.now,
        remembered: Remembered | None = None,
    ) -> None:
        """`now` gives the time in the call's zone: dates and times are relative to it. Raises
        `ConfigError` where a trained model cannot be used."""
        self._settings = settings or NluSettings()
        self._now = now
        self._remembered = remembered or Remembered(0)
        opened = open_models(self._settings)
        self.notes = opened.notes
        """What the operator should know at the start."""
        self._models = opened.models
        narrow = {language: trained.within for language, trained in opened.models.items()}
        self._scopes = Scopes(self._settings.scopes, narrow)
        self._worded: OrderedDict[int, tuple[Expectation, Expectation]] = OrderedDict()

    def prepare(self, expectation: Expectation) -> None:
        """Compile an expectation before a call needs it; takes some ms."""
        self._scopes.get(expectation)

    @property
    def versions(self) -> Mapping[str, str]:
        """Of the trained models, by language."""
        return {language: one.model.version for language, one in self._models.items()}

    def worded(self, expectation: Expectation) -> Expectation:
        """`expectation` with what its choices were taught by."""
        trained = self._models.get(expectation.language)
        if trained is None or not expectation.choices or not trained.model.phrases:
            return expectation
        key = id(expectation)
        known = self._worded.get(key)
        if known is None:  # With the expectation, so that its id stays its own.
            known = self._worded[key] = (expectation, _with_wordings(expectation, trained))
            if len(self._worded) > self._settings.scopes:
                self._worded.popitem(last=False)
        return known[1]

    async def interpret(self, transcript: Transcript, expectation: Expectation) -> Interpretation:
        """What of `expectation` was meant. Never raises for a text, however odd."""
        return self.understand(transcript, expectation)

    def understand(self, transcript: Transcript, expectation: Expectation) -> Interpretation:
        """`interpret` without the event loop: a millisecond of plain computing."""
        nothing = Interpretation(Match.NONE, transcript.text)
        if transcript.rejected or not transcript.hypotheses:
            return nothing
        scope = self._scopes.get(expectation)
        readings = transcript.hypotheses[: self._settings.hypotheses]
        filled = expectation.filled
        found = candidates([self._read(reading, scope, filled) for reading in readings])
        if not found:
            return nothing
        chosen, runner_up = self._choose(found)
        second = self._second_values(chosen, found)
        levels = None if expectation.levels_given else chosen.meaning.levels
        confirm = expectation.confirm if levels is None else levels.confirm
        if second is not None or runner_up:
            chosen = _asked_back(chosen, confirm)
        if chosen.confidence < confirm:
            return replace(nothing, confidence=round(chosen.confidence, 4))
        meant = _interpretation(chosen, runner_up, transcript.text, scope, filled)
        if levels is not None:
            meant = replace(meant, levels=levels)
        if second is None:
            return meant
        others = _values(second.meaning.fills, second, scope, filled)
        return replace(meant, rivals=_rival_values(meant.slots, others))

    def _read(
        self, hypothesis: Hypothesis, scope: Scope, filled: Mapping[str, SlotValue]
    ) -> tuple[Utterance, float, Sequence[Meaning]]:
        text, now = hypothesis.text, self._now()
        heard = min(1.0, max(0.0, hypothesis.confidence))

        def made() -> tuple[Utterance, list[Meaning]]:
            utterance = read(text)
            return utterance, Matching(utterance, scope, now, filled).meanings()

        utterance, meanings = made() if filled else self._remembered.get(scope, text, now, made)
        return utterance, heard, meanings

    def _choose(self, found: list[Candidate]) -> tuple[Candidate, str]:
        """The best and the name of another that comes close; of one and the same reading, that
        lowers its confidence (what other readings say is in it already)."""
        best = max(found, key=_rank)
        rivals = [c for c in found if _rivals(c, best)]
        if not rivals:
            return best, ""
        second = max(rivals, key=lambda candidate: candidate.belief)
        closeness = _closeness(second, best)
        if closeness < self._settings.close:
            return best, ""
        if second.utterance is best.utterance:
            best = replace(best, belief=best.belief * self._certainty(closeness))
        return best, second.meaning.name

    def _certainty(self, closeness: float) -> float:
        """What is left of a confidence when another one is that part of it."""
        span = 1 - self._settings.close
        return 1 - (1 - _UNDECIDED) * (closeness - self._settings.close) / span

    def _second_values(self, best: Candidate, all_: list[Candidate]) -> Candidate | None:
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
        second = max(rivals, key=lambda other: other.belief, default=None)
        if second is None or _closeness(second, best) < self._settings.close:
            return None
        return second


def _with_wordings(expectation: Expectation, trained: TrainedIntents) -> Expectation:
    names = [choice.name for choice in (*expectation.choices, *expectation.universals)]
    texts = trained.phrases_of(names)
    if not texts:
        return expectation
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    return replace(expectation, wordings=Wordings(digest, texts))


def _rank(candidate: Candidate) -> float:
    """For choosing: the node's own goals have the edge."""
    own = candidate.meaning.match is not Match.UNIVERSAL
    return candidate.confidence + (_TIE if own else 0.0)


def _closeness(second: Candidate, best: Candidate) -> float:
    return min(1.0, second.belief / max(best.belief, 1e-6))


def _asked_back(best: Candidate, least: float) -> Candidate:
    """The better of two, not so doubtful that the caller would not be asked which: what would do by
    itself is no less than `least`."""
    alone = best.heard * best.meaning.quality
    if not best.heard or best.confidence >= min(alone, least):
        return best
    return replace(best, belief=min(alone, least) / best.heard)


def _rivals(other: Candidate, best: Candidate) -> bool:
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
    chosen: Candidate,
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
    fills: Iterable[Fill], said: Candidate, scope: Scope, filled: Mapping[str, SlotValue]
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

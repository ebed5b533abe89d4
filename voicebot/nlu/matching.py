"""All that one reading of an utterance can mean at a node, each with its quality.

tokens ─┬─ patterns ──────────── exact, or by sound (Chinese)
        ├─ scorer ────────────── likeness to the patterns' sentences
        └─ slots alone ───────── values and their carriers
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from voicebot.core.meaning import EMPTY, Levels, Match, SlotSpec, SlotType, SlotValue
from voicebot.nlu.filling import begin, fill, judge
from voicebot.nlu.han import sounds_of
from voicebot.nlu.negation import denied
from voicebot.nlu.pattern import Fill, Pattern, Tape
from voicebot.nlu.phonetics import keys_of
from voicebot.nlu.scope import Goal, Scope
from voicebot.nlu.scorer import Query
from voicebot.nlu.slots import card, phone
from voicebot.nlu.slots.reading import Scene
from voicebot.nlu.text import Utterance, words_of
from voicebot.nlu.weights import FILLERS, says, total, weight

_WHOLE = 0.98
"""Quality of a pattern that is all that was said."""
_PART = 0.7
"""The most that a pattern within a longer talk adds."""
_BY_SOUND = 0.88
_DENIED = 0.4
_FILLER_LOSS = 0.01
_BEGUN = 0.9
"""Part of a value: a command that is found as well comes first."""
_COMPLETE_FROM = 0.7
_LEADING = FILLERS | set(words_of("i my the a an 我 我的"))
_DANGLING = frozenset(
    words_of("""
    and to the a an my is are at um uh er of for with on in but or point because
    from by 的 和 给 嗯 呃 额 在 跟 把""")
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that may have been meant."""

    match: Match
    name: str
    quality: float
    """0 to 1: how sure, if the reading of the words is right."""
    fills: tuple[Fill, ...] = ()
    complete: bool = False
    first: int = 0
    last: int = 0
    """Tokens of the pattern that was found; none where it is only alike."""
    levels: Levels | None = None
    """Where a trained model knew it."""
    begun: tuple[Fill, ...] = ()
    """Slots of which a part was said."""

    @property
    def exact(self) -> bool:
        """A pattern was found word by word."""
        return self.last > self.first

    def holds(self, other: Meaning) -> bool:
        """Whether the other's pattern is but a part of this one's."""
        inside = self.first <= other.first and other.last <= self.last
        return inside and other.last - other.first < self.last - self.first


@dataclass(frozen=True, slots=True)
class _Span:
    """A pattern found in the utterance."""

    goal: Goal
    first: int
    last: int
    fills: tuple[Fill, ...]
    quality: float


@dataclass(frozen=True, slots=True)
class _Onward:
    """A pattern that the utterance begins and does not end."""

    goal: str
    first: int
    wanting: bool


class Matching:
    """One utterance against one scope."""

    def __init__(
        self,
        utterance: Utterance,
        scope: Scope,
        now: datetime,
        filled: Mapping[str, SlotValue] = EMPTY,
    ) -> None:
        self._scope = scope
        self._words = utterance.words
        self._denied = denied(utterance.words)
        self._onward: list[_Onward] = []
        scene = Scene("zh" if scope.chinese else "en", now)
        words, options = utterance.words, scope.options
        sounds = sounds_of if scope.chinese else keys_of
        self._tape = Tape(
            utterance, scene, scope.specs, options, words, filled=filled, sounds=sounds
        )

    def meanings(self) -> list[Meaning]:
        """Everything found, the best of each goal, in no order."""
        if not self._words:
            return []
        best: dict[tuple[Match, str], Meaning] = {}
        for meaning in (*self._exact(), *self._alike(), *self._slots_alone()):
            key = (meaning.match, meaning.name)
            best[key] = _merged(best[key], meaning) if key in best else meaning
        return list(best.values())

    # ------------------------------------------------------------ patterns

    def _exact(self) -> list[Meaning]:
        spans = self._spans(by_sound=False)
        if self._scope.chinese:
            spans += self._spans(by_sound=True)
        return [self._meaning(span) for span in spans]

    def _spans(self, *, by_sound: bool) -> list[_Span]:
        """The best span of each goal."""
        tape = self._tape
        tape.by_sound = by_sound
        tape.keys = sounds_of(self._words) if by_sound else self._words
        found: list[_Span] = []
        for goal in self._scope.goals:
            spans = [span for pattern in goal.patterns for span in self._places(goal, pattern)]
            if spans:
                found.append(max(spans, key=lambda span: (span.quality, span.last - span.first)))
        tape.by_sound, tape.keys = False, self._words
        return found

    def _places(self, goal: Goal, pattern: Pattern) -> Iterator[_Span]:
        tape = self._tape
        for at in pattern.starts(tape):
            ends = pattern.ends(tape, at)
            if tape.going_on and not tape.by_sound:
                self._onward.append(_Onward(goal.name, at, tape.wanting))
            if ends:
                last = max(ends)
                yield self._span(goal, pattern, at, last, ends[last])

    def _span(
        self, goal: Goal, pattern: Pattern, first: int, last: int, fills: tuple[Fill, ...]
    ) -> _Span:
        more = self._extra(goal, fills, range(first, last))
        quality = self._quality(first, last, more)
        quality *= min((f.quality for f in fills), default=1.0)
        if first in self._denied and not pattern.negative:
            quality *= _DENIED
        if self._tape.by_sound:
            quality *= _BY_SOUND if last - first > 1 else _BY_SOUND / 2
        return _Span(goal, first, last, fills + more, quality)

    def _extra(self, goal: Goal, fills: tuple[Fill, ...], taken: range) -> tuple[Fill, ...]:
        """Slots of the node that the rest of the utterance fills beside the pattern."""
        bound = {found.slot for found in fills}
        specs = [
            spec
            for spec in self._scope.allowed(goal)
            if spec.name not in bound and spec.type not in (SlotType.TEXT, SlotType.YES_NO)
        ]
        return fill(self._tape, specs, taken) if specs else ()

    def _quality(self, first: int, last: int, fills: Iterable[Fill]) -> float:
        """Whole where the pattern is all that was said; else by how much it says."""
        inside = total(self._words[first:last])
        covered = set(range(first, last)) | {a for f in fills for a in range(f.first, f.last)}
        outside = [word for at, word in enumerate(self._words) if at not in covered]
        loss = sum(map(weight, outside))
        said = max(inside, 0.3)
        coverage = said / (said + loss)
        strength = 1 - math.exp(-inside * inside / 2)
        fillers = sum(word in FILLERS for word in outside)
        whole = _WHOLE - min(0.05, _FILLER_LOSS * fillers)
        return coverage * whole + (1 - coverage) * strength * _PART

    def _meaning(self, span: _Span) -> Meaning:
        match = Match.UNIVERSAL if span.goal.universal else Match.CHOICE
        complete = span.quality >= _COMPLETE_FROM and not self._goes_on(span)
        name = span.goal.name
        return Meaning(match, name, span.quality, span.fills, complete, span.first, span.last)

    # ------------------------------------------------------------ is it all?

    def _goes_on(self, span: _Span) -> bool:
        """More is to be expected: a longer pattern, a longer value, a sentence left hanging."""
        if self._dangles(span.last) or self._is_open(span.fills):
            return True
        return any(
            (onward.wanting or onward.goal != span.goal.name)
            and onward.first <= self._content_from(span.first)
            for onward in self._onward
        )

    def _content_from(self, first: int) -> int:
        """Past an "i" or "my" that another pattern may do without."""
        while first < len(self._words) and self._words[first] in _LEADING:
            first += 1
        return first

    def _dangles(self, covered_to: int) -> bool:
        return covered_to < len(self._words) and self._words[-1] in _DANGLING

    def _is_open(self, fills: Iterable[Fill]) -> bool:
        """A digit string at the end that may still grow."""
        return any(
            found.last == self._tape.end
            and (spec := self._scope.specs.get(found.slot)) is not None
            and (
                spec.type is SlotType.TEXT
                or _may_grow(spec, found.value, chinese=self._scope.chinese)
            )
            for found in fills
        )

    # ------------------------------------------------------------ likeness

    def _alike(self) -> list[Meaning]:
        words, fills = self._marked()
        affirmed = self._marked(without=self._denied)[0] if self._denied else words
        under = {self._words[at] for at in self._denied} - set(affirmed)
        denied_words = frozenset(word for word in under if says(word))
        query = Query(words, affirmed, denied_words, self._tape.utterance.text)
        found = self._scope.scorer.likely(query)
        meanings: list[Meaning] = []
        for goal in self._scope.goals:
            match = Match.UNIVERSAL if goal.universal else Match.CHOICE
            own = {name for pattern in goal.patterns for name in pattern.slots} | goal.along
            kept = tuple(f for f in fills if f.slot in own)
            quality = found.probabilities.get(goal.name, 0.0)
            levels = found.learned.get(goal.name)
            meanings.append(Meaning(match, goal.name, quality, kept, levels=levels))
        return meanings

    def _marked(
        self, without: frozenset[int] = frozenset()
    ) -> tuple[tuple[str, ...], tuple[Fill, ...]]:
        """The words with values of the patterns' slots replaced by their names."""
        specs = [self._scope.specs[name] for name in self._scope.marked]
        fills = fill(self._tape, specs) if specs else ()
        starts = {found.first: found for found in fills}
        inner = {at for found in fills for at in range(found.first + 1, found.last)}
        words = tuple(
            f"{{{starts[at].slot}}}" if at in starts else word
            for at, word in enumerate(self._words)
            if at not in inner and at not in without
        )
        return words, fills

    # ------------------------------------------------------------ slots alone

    def _slots_alone(self) -> list[Meaning]:
        specs = self._scope.free
        if not specs:
            return []
        fills = fill(self._tape, specs)
        likely = self._likely_options({found.slot for found in fills})
        fills += likely
        begun = begin(self._tape, specs, fills)
        filling = judge(self._tape, fills + begun)
        if not fills:
            return self._only_begun(begun, filling.quality)
        names = {found.slot for found in fills}
        filled = all(spec.name in names for spec in specs if spec.required)
        last = max(found.last for found in fills)
        complete = filled and not likely and not self._dangles(last) and not self._is_open(fills)
        complete = complete and filling.quality >= _COMPLETE_FROM
        complete = complete and not any(found.alike for found in fills)
        return [Meaning(Match.SLOTS, "", filling.quality, fills, complete, begun=begun)]

    def _only_begun(self, begun: tuple[Fill, ...], quality: float) -> list[Meaning]:
        """Nothing whole, but a part of what is asked for."""
        specs = self._scope.specs
        if not any(specs[found.slot].required for found in begun):
            return []
        return [Meaning(Match.NONE, "", _BEGUN * quality, begun=begun)]

    def _likely_options(self, filled: set[str]) -> tuple[Fill, ...]:
        """Options of choice slots that what was said is like, where none was said exactly."""
        found: list[Fill] = []
        words = tuple(word for at, word in enumerate(self._words) if at not in self._denied)
        for name, scorer in self._scope.option_scorers.items():
            likely = scorer.likely(Query(words, words)).probabilities
            if name in filled or not likely:
                continue
            option = max(likely, key=lambda key: likely[key])
            if likely[option] >= 0.3:
                found.append(Fill(name, 0, self._tape.end, option, likely[option]))
        return tuple(found)


def _merged(exact: Meaning, other: Meaning) -> Meaning:
    """The same goal found twice: what the pattern filled stays, unless it found much less."""
    levels = exact.levels or other.levels
    if exact.fills or exact.complete or not other.fills:
        return replace(exact, quality=max(exact.quality, other.quality), levels=levels)
    return replace(max(exact, other, key=lambda meaning: meaning.quality), levels=levels)


def _may_grow(spec: SlotSpec, value: str, *, chinese: bool) -> bool:
    match spec.type:
        case SlotType.DIGITS:
            return len(value) < spec.max_length
        case SlotType.PHONE:
            return phone.may_grow(value, spec, "zh" if chinese else "en")
        case SlotType.CARD:
            return card.may_grow(value)
    return False

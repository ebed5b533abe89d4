"""Slots said without a pattern around them: "four two one seven", "tomorrow at three, please"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voicebot.core.meaning import SlotSpec, SlotType
from voicebot.nlu.pattern import Fill, Tape
from voicebot.nlu.refusing import Refused
from voicebot.nlu.slots.reading import lexicon
from voicebot.nlu.text import words_of
from voicebot.nlu.weights import FILLERS, weight

_CORRECTING = lexicon(
    "no|no wait|wait|wait no|sorry|no sorry|i mean|no i mean|actually|no actually|make that|"
    "no make that|correction|rather|or rather|scratch that|oh no|"
    "不对|不|不是|哦不|不不|错了|说错了|不对不对|应该是|不对是|不是是|我是说|啊不|不对应该是"
)
_TAKING_BACK = lexicon(
    "no|not|wait|i meant|i mean|actually|make that|make it|change|correction|scratch that|instead|"
    "wrong|不对|不是|错了|应该是|我是说|改成|换成|改到|改为|说错了|搞错了"
)
"""Words that take back something said earlier in the call."""
_CARRIERS = frozenset(
    words_of("""
    number account card code pin date time amount total value digits phone telephone
    order reference id my is it that will be called name would say about around
    exactly 号 码 账 户 卡 日 期 时 间 金 额 数 是 我 的 大 概 左 右 共""")
)
_LIKE = {
    SlotType.DATE: {*SlotType} - {SlotType.TIME, SlotType.CHOICE, SlotType.MONEY, SlotType.YES_NO},
    SlotType.CHOICE: {SlotType.CHOICE, SlotType.TEXT},
    SlotType.MONEY: {*SlotType} - {SlotType.DATE, SlotType.TIME, SlotType.CHOICE},
}
"""Beside which types a value that was given before is not said anew without a word that takes it
back: what is said may be one of these, too. Types that are not here give way to all."""
_QUESTIONS = frozenset(words_of("what where who why how when which tell 什 怎 哪 谁"))
_MEASURES = frozenset(("个", "位", "张", "点", "号", "dollars"))
"""Words between a value and its correction."""
_TRAILING = frozenset(words_of("um uh er please 吧 呢 啊 呀 嗯 呃"))
_PLAIN_ANSWERS = frozenset(words_of("yes yeah yep yup no nope nah 是 对 不"))
"""Of two such answers in a row ("yeah, no") the last one counts."""
_BEGUN_WITHIN = 40
"""Tokens: a part of a value in a longer talk is no answer."""
_EDGE = 0.6
"""What is left of a yes or no in the middle of a sentence about something else."""


@dataclass(frozen=True, slots=True)
class Filling:
    """Slots that an utterance fills, and how well they explain it."""

    fills: tuple[Fill, ...]
    quality: float


def fill(tape: Tape, specs: Sequence[SlotSpec], taken: Iterable[int] = ()) -> tuple[Fill, ...]:
    """Fill slots from tokens that are not taken: the longest first, in the order of the slots."""
    occupied = set(taken)
    formed = [spec for spec in _in_order(tape, specs) if spec.type is not SlotType.TEXT]
    refused, counts = Refused(tape.utterance.words), _counts(tape, formed)
    candidates = [
        (found, order)
        for order, spec in enumerate(formed)
        for at in range(tape.end)
        if not (at in counts and spec.type in (SlotType.TIME, SlotType.DATETIME))
        for found in tape.fills(spec.name, at)
        if not refused.covers(spec, found)
    ]
    filled = _longest(candidates, occupied)
    for name, first in list(filled.items()):
        filled[name] = _corrected(tape, first)
    for spec in specs:
        if spec.type is SlotType.TEXT and (rest := _rest(tape, spec.name, occupied)):
            filled[spec.name] = rest
    return tuple(filled.values())


def _counts(tape: Tape, specs: Sequence[SlotSpec]) -> set[int]:
    """Tokens of "for four", which is no time of day where a number is asked for as well."""
    numbers = [spec.name for spec in specs if spec.type is SlotType.NUMBER]
    words = tape.utterance.words
    return {
        at
        for at in range(1, tape.end)
        if numbers and words[at - 1] in ("for", "of") and tape.fills(numbers[0], at)
    }


def begin(tape: Tape, specs: Sequence[SlotSpec], fills: Sequence[Fill]) -> tuple[Fill, ...]:
    """Parts of slots that are not filled, from tokens that fill no other."""
    occupied = {at for found in fills for at in range(found.first, found.last)}
    names = {found.slot for found in fills}
    refused = Refused(tape.utterance.words)
    candidates = [
        (found, order)
        for order, spec in enumerate(_in_order(tape, specs))
        if spec.name not in names
        for at in range(min(tape.end, _BEGUN_WITHIN))
        if (found := tape.begins(spec.name, at)) and not refused.covers(spec, found)
    ]
    return tuple(_longest(candidates, occupied).values())


def _longest(candidates: list[tuple[Fill, int]], occupied: set[int]) -> dict[str, Fill]:
    """The longest of each slot, each token once; marks what it takes as occupied."""
    candidates.sort(key=lambda c: (c[0].first - c[0].last, c[0].alike, c[0].first, c[1]))
    filled: dict[str, Fill] = {}
    for found, _ in candidates:
        span = range(found.first, found.last)
        if found.slot not in filled and occupied.isdisjoint(span):
            filled[found.slot] = found
            occupied.update(span)
    return filled


def _in_order(tape: Tape, specs: Sequence[SlotSpec]) -> list[SlotSpec]:
    """Which slots come first where a value may be of several: those that are asked for, and one
    that was given before only where it is corrected or nothing else is asked for."""
    given = [spec for spec in specs if spec.name in tape.filled and not spec.required]
    others = [spec for spec in specs if spec not in given]
    if not given:
        return others
    if any(_TAKING_BACK.at(tape.utterance.words, at) for at in range(tape.end)):
        return given + others
    asked = {spec.type for spec in others if spec.required and spec.type is not SlotType.YES_NO}
    if asked:
        # "Wednesday at three", where the day was given and the time is asked for.
        given = [spec for spec in given if asked.isdisjoint(_LIKE.get(spec.type, asked))]
    return others + given


def _corrected(tape: Tape, said: Fill) -> Fill:
    """The last of "three, no, four"; the greedy choice may have been the corrected one."""
    current = said
    while (at := _next_try(tape, current)) is not None:
        later = tape.fills(said.slot, at)
        if not later:
            break
        current = later[0]
    return current


def _next_try(tape: Tape, said: Fill) -> int | None:
    """Where the value may be said otherwise."""
    again = _turns_round(tape, said)
    return _past_correction(tape, said) if again is None else again


def _turns_round(tape: Tape, said: Fill) -> int | None:
    """Past a yes that another plain answer follows at once."""
    spec, words = tape.specs.get(said.slot), tape.utterance.words
    if spec is None or spec.type is not SlotType.YES_NO or said.last != said.first + 1:
        return None
    follows = said.last < tape.end and words[said.last] in _PLAIN_ANSWERS
    return said.last if follows and words[said.first] in _PLAIN_ANSWERS else None


def _past_correction(tape: Tape, said: Fill) -> int | None:
    """Past "sorry, I mean" and its like; None where nothing is taken back."""
    words = tape.utterance.words
    start = said.last + (said.last < tape.end and words[said.last] in _MEASURES)
    while start < tape.end and words[start] in _TRAILING:
        start += 1
    end = start
    while (after := _CORRECTING.skip(words, end)) > end:
        end = after
        if tape.fills(said.slot, end):
            return end
    if end == start:
        return None
    while end < tape.end and words[end] in FILLERS:
        end += 1
    return end


def _rest(tape: Tape, name: str, occupied: set[int]) -> Fill | None:
    """The longest run of tokens that nothing else took."""
    runs: list[tuple[int, int]] = []
    start = 0
    for at in range(tape.end + 1):
        if at == tape.end or at in occupied:
            if at > start:
                runs.append((start, at))
            start = at + 1
    if not runs:
        return None
    first, last = max(runs, key=lambda run: run[1] - run[0])
    return Fill(name, first, last, tape.utterance.raw(first, last), 0.75)


def judge(tape: Tape, fills: tuple[Fill, ...]) -> Filling:
    """How much of what was said is the slots' values or words that carry them."""
    if not fills:
        return Filling((), 0.0)
    words = tape.utterance.words
    covered = {at for found in fills for at in range(found.first, found.last)}
    names = {part for found in fills for part in found.slot.split("_")}
    spoken = sum(max(1.0, sum(map(weight, words[f.first : f.last]))) for f in fills)
    other = sum(
        weight(word)
        for at, word in enumerate(words)
        if at not in covered and word not in names and word not in _CARRIERS
    )
    coverage = spoken / (spoken + other)
    quality = min(_placed(tape, found, other) for found in fills) * (0.4 + 0.6 * coverage)
    if other >= 0.5 and words[0] in _QUESTIONS and 0 not in covered:
        quality *= 0.7
    return Filling(fills, quality)


def _placed(tape: Tape, found: Fill, other: float) -> float:
    """Quality of a value where it stands: yes and no belong to an edge of what is said."""
    spec = tape.specs.get(found.slot)
    if spec is None or spec.type is not SlotType.YES_NO or other < 0.5:
        return found.quality
    words = tape.utterance.words
    before = [word for word in words[: found.first] if word not in FILLERS]
    return found.quality if not before or found.last == tape.end else found.quality * _EDGE

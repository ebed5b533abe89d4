"""An `Expectation` made ready: compiled patterns and the scorer over their sentences."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from voicebot.core.meaning import Choice, Expectation, SlotSpec, SlotType
from voicebot.core.phrases import Phrase, sentences
from voicebot.nlu.han import sounds_of
from voicebot.nlu.pattern import Pattern, compile_pattern
from voicebot.nlu.phonetics import keys_of
from voicebot.nlu.scorer import LexicalScorer, Scorer, Sentence
from voicebot.nlu.text import words_of

SENTENCES_PER_CHOICE = 60
"""Kept for the comparison by likeness, evenly from all that the patterns stand for."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A choice or universal with its patterns."""

    name: str
    universal: bool
    patterns: tuple[Pattern, ...]
    along: frozenset[str] = frozenset()
    """Slots that may be said along in any words."""


@dataclass(frozen=True, slots=True)
class Scope:
    """All that can be meant at a node, ready to be matched."""

    chinese: bool
    goals: tuple[Goal, ...]
    specs: Mapping[str, SlotSpec]
    options: Mapping[str, tuple[tuple[str, Pattern], ...]]
    scorer: Scorer
    option_scorers: Mapping[str, Scorer]
    """By name of a choice slot."""
    marked: tuple[str, ...]
    """Slots that stand within patterns and can be recognized by their form."""
    free: tuple[SlotSpec, ...]
    """Slots that may be said without a pattern: those that no pattern holds."""

    def allowed(self, goal: Goal) -> tuple[SlotSpec, ...]:
        """Slots that may be said beside a pattern of `goal`."""
        own = {name for pattern in goal.patterns for name in pattern.slots} | goal.along
        free = {spec.name for spec in self.free}
        return tuple(spec for spec in self.specs.values() if spec.name in own | free)


Narrow = Callable[[Collection[str], Scorer], Scorer]
"""From the names that can be meant and the scorer of their phrases to a better one."""


def prepare(expectation: Expectation, narrow: Narrow | None = None) -> Scope:
    """Compile an expectation; takes some ms, so it is done once and kept."""
    chinese = expectation.language == "zh"
    specs = {spec.name: spec for spec in expectation.slots}
    goals = [_goal(choice, chinese=chinese, universal=False) for choice in expectation.choices]
    goals += [_goal(choice, chinese=chinese, universal=True) for choice in expectation.universals]
    within = {name for goal in goals for pattern in goal.patterns for name in pattern.slots}
    within |= {name for goal in goals for name in goal.along}
    choosing = [spec for spec in expectation.slots if spec.type is SlotType.CHOICE]
    scorer = _scorer([*expectation.choices, *expectation.universals], chinese=chinese)
    return Scope(
        chinese,
        tuple(goals),
        specs,
        {spec.name: _options(spec, chinese=chinese) for spec in choosing},
        scorer if narrow is None else narrow({goal.name for goal in goals}, scorer),
        {spec.name: _scorer(spec.options, chinese=chinese) for spec in choosing},
        tuple(n for n in specs if n in within and specs[n].type not in _FORMLESS),
        tuple(spec for spec in expectation.slots if spec.name not in within),
    )


_FORMLESS = (SlotType.TEXT, SlotType.YES_NO)


def _goal(choice: Choice, *, chinese: bool, universal: bool) -> Goal:
    sounds = sounds_of if chinese else None
    patterns = tuple(compile_pattern(phrase, sounds) for phrase in choice.phrases)
    return Goal(choice.name, universal, patterns, frozenset(choice.along))


def _options(spec: SlotSpec, *, chinese: bool) -> tuple[tuple[str, Pattern], ...]:
    return tuple(
        (option.name, compile_pattern(phrase, sounds_of if chinese else keys_of))
        for option in spec.options
        for phrase in option.phrases
    )


def _scorer(choices: Sequence[Choice], *, chinese: bool) -> Scorer:
    merged: dict[str, list[Phrase]] = {}
    for choice in choices:
        merged.setdefault(choice.name, []).extend(choice.phrases)
    found = [s for name, phrases in merged.items() for s in _sentences(name, phrases)]
    return LexicalScorer(found, chinese=chinese)


def _sentences(name: str, phrases: Sequence[Phrase]) -> list[Sentence]:
    each = max(4, SENTENCES_PER_CHOICE // max(1, len(phrases)))
    texts = [text for phrase in phrases for text in _evenly(sentences(phrase), each)]
    return [_sentence(name, text) for text in dict.fromkeys(texts)]


def _evenly(texts: Sequence[str], most: int) -> list[str]:
    """At most `most` of them, first and last included."""
    if len(texts) <= most:
        return list(texts)
    return [texts[at * (len(texts) - 1) // (most - 1)] for at in range(most)]


def _sentence(name: str, text: str) -> Sentence:
    words: list[str] = []
    for part in text.split():
        words += [part] if part.startswith("{") else words_of(part)
    negative = bool({"not", "never", "不", "没", "别", "未", "无"} & set(words))
    return Sentence(name, tuple(words), negative)

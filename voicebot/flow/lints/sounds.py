"""Answers that sound alike: choices of one question that a recognizer would mix up.

Sentences are compared that differ in one word only, the others being the same, and short ones as a
whole. How words sound is told by `Surroundings.phones`; without it nothing is checked. The distance
counts sounds that must change, half where both are vowels or made in the same way, by the longer's
length: "lost" and "last" 0.13, "billing" and "building" 0.17, "phone" and "home" 0.33.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import permutations

from voicebot.core.meaning import Choice
from voicebot.core.phrases import sentences
from voicebot.flow.base import Path
from voicebot.flow.kinds.menu import MenuNode
from voicebot.flow.report import Report

NEAR = 0.25
"""Distance from which answers are told apart well."""
_SHORT = 3
"""Words of a sentence that is compared as a whole."""
_MOST_SENTENCES = 100
"""Of one pattern."""
_MOST_ALIKE = 60
"""Different words in one place; more of them is a slot, not a question."""
_FAMILIES = (
    {"B", "P"}, {"D", "T"}, {"G", "K"}, {"V", "F"}, {"Z", "S"}, {"ZH", "SH"}, {"JH", "CH"},
    {"DH", "TH"}, {"M", "N", "NG"}, {"F", "TH"}, {"L", "R", "W"},
)  # fmt: skip
_VOWELS = set("AEIOU")

Sound = tuple[str, ...]
Entry = tuple[str, Path]
"""(choice, where its phrase stands)."""


def check_sounds(report: Report) -> None:
    """Choices of a menu, against each other and the global commands; options of a slot."""
    if report.around.phones is None:
        return
    hear = _Hearing(report.around.phones, report.flow.language)
    commands = {
        command.name: _sentences(("globals",), [command]) for command in report.flow.universals
    }
    for name, node in report.flow.nodes.items():
        if isinstance(node, MenuNode):
            others: dict[str, Entry] = {}
            for command, said in commands.items():
                others |= said if node.obeys(report.flow, command) else {}
            base: Path = ("nodes", name, "choices")
            _compare(report, hear, base, node.spoken_choices, others)
    for name, slot in report.flow.specs.items():
        _compare(report, hear, ("slots", name, "options"), slot.options, {})


def _compare(
    report: Report,
    hear: _Hearing,
    base: Path,
    choices: Iterable[Choice],
    commands: Mapping[str, Entry],
) -> None:
    told: set[tuple[str, str]] = set()
    written = _sentences(base, choices)
    spoken = {**commands, **written}
    for first, second, place in sorted(_alike(hear, spoken, written)):
        pair = (spoken[first][0], spoken[second][0])
        if pair in told:
            continue
        told |= {pair, pair[::-1]}
        path = written[first][1]
        message = f'"{first}" sounds like "{second}" of {spoken[second][0]}'
        hint = f"say it in other words ({place}), or give both a key"
        report.add(path, "sounds-alike", message, hint, offset=0, is_warning=True)


def _sentences(base: Path, choices: Iterable[Choice]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for choice in choices:
        for index, phrase in enumerate(choice.phrases):
            path: Path = (*base, choice.name, "phrases", index)
            for sentence in sentences(phrase, _MOST_SENTENCES):
                found.setdefault(sentence, (choice.name, path))
    return found


def _alike(
    hear: _Hearing, spoken: Mapping[str, Entry], written: Mapping[str, Entry]
) -> Iterator[tuple[str, str, str]]:
    """(written sentence, sentence, the words in question) of different choices."""
    frames: dict[tuple[str, ...], dict[str, str]] = {}
    for sentence in spoken:
        words = hear.words(sentence)
        for at in range(len(words)):
            frames.setdefault((*words[:at], "", *words[at + 1 :]), {})[words[at]] = sentence
    for frame in frames.values():
        if not 1 < len(frame) <= _MOST_ALIKE or written.keys().isdisjoint(frame.values()):
            continue
        for (one, first), (other, second) in permutations(frame.items(), 2):
            is_pair = first in written and spoken[first][0] != spoken[second][0]
            if is_pair and hear.near((one,), (other,)):
                yield first, second, f"{one}, {other}"
    yield from _alike_as_a_whole(hear, spoken, written)


def _alike_as_a_whole(
    hear: _Hearing, spoken: Mapping[str, Entry], written: Mapping[str, Entry]
) -> Iterator[tuple[str, str, str]]:
    """Short sentences of different lengths or several different words: "our hours", "hours"."""
    by_length: dict[int, list[tuple[str, tuple[str, ...]]]] = {}
    for sentence in spoken:
        words = hear.words(sentence)
        if len(words) <= _SHORT and "{" not in sentence:
            by_length.setdefault(len(hear.sound(words)), []).append((sentence, words))
    for length, group in by_length.items():
        near = [item for n in range(-2, 3) for item in by_length.get(length + n, ())]
        for first, words in group:
            if first not in written:
                continue
            choice = written[first][0]
            for second, others in near:
                if spoken[second][0] != choice and hear.near(words, others):
                    yield first, second, f"{first}, {second}"


class _Hearing:
    """How words of one language sound, and how far apart they are."""

    def __init__(self, phones: Callable[[str, str], Sequence[str]], language: str) -> None:
        self._phones = phones
        self._language = language
        self._sounds: dict[str, Sound] = {}
        self._near: dict[tuple[Sequence[str], Sequence[str]], bool] = {}

    def words(self, sentence: str) -> tuple[str, ...]:
        """The words; of Chinese, the characters."""
        if self._language != "zh":
            return tuple(sentence.split())
        return tuple(char for char in sentence if not char.isspace())

    def sound(self, words: Iterable[str]) -> Sound:
        """One word after the other."""
        for word in words:
            if word not in self._sounds:
                self._sounds[word] = tuple(self._phones(word, self._language)) or (word,)
        return tuple(phone for word in words for phone in self._sounds[word])

    def near(self, words: Sequence[str], others: Sequence[str]) -> bool:
        """Whether a recognizer would mix them up; a slot sounds like nothing else."""
        known = self._near.get((words, others))
        if known is None:
            known = self._near[words, others] = self._is_near(words, others)
        return known

    def _is_near(self, words: Sequence[str], others: Sequence[str]) -> bool:
        if words == others or any(w.startswith("{") for w in (*words, *others)):
            return False
        words, others = _apart(words, others)
        one, other = self.sound(words), self.sound(others)
        longer = max(len(one), len(other))
        if abs(len(one) - len(other)) > NEAR * longer:
            return False
        return distance(one, other) < NEAR * longer


def _apart(words: Sequence[str], others: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Without the words with which both begin and end: what is left must tell them apart. A word
    that only one has is compared with the one before or behind it."""
    while len(words) > 1 and len(others) > 1 and words[0] == others[0]:
        words, others = words[1:], others[1:]
    while len(words) > 1 and len(others) > 1 and words[-1] == others[-1]:
        words, others = words[:-1], others[:-1]
    return words, others


@lru_cache(maxsize=65_536)
def distance(one: Sound, other: Sound) -> float:
    """Sounds that must change, come or go."""
    row = [float(n) for n in range(len(other) + 1)]
    for i, a in enumerate(one, 1):
        above, row = row, [float(i)]
        for j, b in enumerate(other, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + _cost(a, b)))
    return row[-1]


def _cost(a: str, b: str) -> float:
    if a == b:
        return 0.0
    if a[:1] in _VOWELS and b[:1] in _VOWELS:
        return 0.5
    return 0.5 if any(a in family and b in family for family in _FAMILIES) else 1.0

"""Names of the trade in what was said: synonyms and misheard names become the name itself.

is the golden card free  ─▶  is the gold card free      entities: {gold}
is the gold guard free   ─▶  is the gold card free      by its sound
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from voicebot.core.knowledge import Entity
from voicebot.nlu.han import is_han
from voicebot.nlu.knowledge.sounds import NEAR, difference, key_of
from voicebot.nlu.text import words_of
from voicebot.nlu.weights import says

_WIDER = 1
"""A misheard name may have so many words more or fewer."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A text with its names folded."""

    text: str
    entities: frozenset[str]
    """Those that are named."""


@dataclass(frozen=True, slots=True)
class _Name:
    entity: str
    words: tuple[str, ...]
    canonical: tuple[str, ...]
    key: tuple[str, ...]


class Names:
    """The names of one base in one language."""

    def __init__(self, entities: Iterable[Entity], language: str) -> None:
        self._names = sorted(_names(entities, language), key=lambda name: -len(name.words))
        self._kinds = {entity.id: entity.kind for entity in entities}
        self._vocabulary: frozenset[str] = frozenset()
        self._chinese = language == "zh"

    def know(self, texts: Iterable[str]) -> None:
        """Words that questions have: one of these alone is no misheard name."""
        named = {word for name in self._names for word in name.words}
        spoken = {word for text in texts for word in words_of(text)}
        self._vocabulary = frozenset(spoken - named)

    def fold(self, text: str, *, by_sound: bool) -> Folded:
        """The text with its names as they are properly called."""
        if not self._names:
            return Folded(text, frozenset())
        words = words_of(text)
        out: list[str] = []
        found: set[str] = set()
        at = 0
        while at < len(words):
            name, length = self._at(words, at, by_sound=by_sound)
            if name is None:
                out.append(words[at])
                at += 1
            else:
                out += name.canonical
                found.add(name.entity)
                at += length
        return Folded(_joined(out), frozenset(found))

    def clash(self, asked: Collection[str], about: Collection[str]) -> bool:
        """Whether a question names one thing of a kind, and an entry is about others of it."""
        for kind in {self._kinds[name] for name in asked}:
            own, others = self._of(kind, asked), self._of(kind, about)
            if others and not own & others:
                return True
        return False

    def rivals(self, one: Collection[str], other: Collection[str], asked: Collection[str]) -> bool:
        """Whether two entries are about different things of a kind of which none was named."""
        named = {self._kinds[name] for name in asked}
        kinds = {self._kinds[name] for name in one} & {self._kinds[name] for name in other}
        return any(self._of(kind, one) != self._of(kind, other) for kind in kinds - named)

    def _of(self, kind: str, entities: Collection[str]) -> set[str]:
        return {name for name in entities if self._kinds[name] == kind}

    def _at(self, words: tuple[str, ...], at: int, *, by_sound: bool) -> tuple[_Name | None, int]:
        for name in self._names:
            if words[at : at + len(name.words)] == name.words:
                return name, len(name.words)
        heard = self._misheard(words, at) if by_sound else []
        if not heard:
            return None, 0
        _, _, number, length = min(heard)
        return self._names[number], length

    def _misheard(self, words: tuple[str, ...], at: int) -> list[tuple[float, int, int, int]]:
        """Names that what begins here sounds like: the difference, by how much its length is off,
        the name's number, the length."""
        wider = 0 if self._chinese else _WIDER
        found = []
        for number, name in enumerate(self._names):
            size = len(name.words)
            for length in range(max(1, size - wider), size + wider + 1):
                said = words[at : at + length]
                key = key_of(said)
                if len(said) == length and self._may_be(said, name) and key[:1] == name.key[:1]:
                    differs = difference(key, name.key)
                    found.append((differs, abs(length - size), number, length))
        return [one for one in found if one[0] <= NEAR]

    def _may_be(self, said: tuple[str, ...], name: _Name) -> bool:
        """Whether the words are none that callers use otherwise."""
        if self._chinese:
            return True
        if self._vocabulary.issuperset(said):
            return False
        is_other = said[0] in self._vocabulary or not says(said[0])
        return name.words[0] == said[0] or not is_other


def _names(entities: Iterable[Entity], language: str) -> Iterable[_Name]:
    for entity in entities:
        names = entity.names.get(language, ())
        canonical = words_of(names[0]) if names else ()
        for text in entity.heard_as(language):
            words = words_of(text)
            if words:
                yield _Name(entity.id, words, canonical, key_of(words))


def _joined(words: list[str]) -> str:
    """Han characters without spaces between them."""
    text = ""
    for word in words:
        apart = text and not (is_han(word) and is_han(text[-1]))
        text += f" {word}" if apart else word
    return text

"""Patterns for what callers say, as flow files write them.

    [i] [have] (lost | misplaced) my [credit | debit] card
    pay {amount} to {payee}

Words in lower case; `[...]` may be left out; `( a | b )` is a choice; `{slot}` stands for a slot
of that name. Chinese is written without spaces, or with spaces where words may be parted by
a recognizer; both match.

One pattern serves the recognizers' grammars and the matching of text, so both know the same
sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"\s*(?:(?P<punct>[()\[\]|])|\{(?P<slot>[a-z_][a-z0-9_]*)\}|(?P<word>[^\s()\[\]{}|]+))"
)


@dataclass(frozen=True, slots=True)
class Words:
    """Words that are said as they stand."""

    text: str


@dataclass(frozen=True, slots=True)
class SlotMark:
    """The place of a slot."""

    name: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    parts: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Exactly one of them."""

    options: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Maybe:
    """May be left out."""

    part: Phrase


Phrase = Words | SlotMark | Sequence | OneOf | Maybe


class PhraseError(ValueError):
    """A pattern that cannot be read; says where, counted in characters from 0."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def parse_phrase(text: str) -> Phrase:
    """Read one pattern. Raises `PhraseError`."""
    reader = _Reader(text.strip().lower())
    phrase = reader.choice()
    if reader.offset < len(reader.text):
        raise PhraseError(
            f"`{reader.text[reader.offset :].strip()[:1]}` closes nothing", reader.offset
        )
    return phrase


def slots_of(phrase: Phrase) -> Iterator[str]:
    """Names of the slots in it, in order."""
    match phrase:
        case SlotMark(name):
            yield name
        case Sequence(parts) | OneOf(parts):
            for part in parts:
                yield from slots_of(part)
        case Maybe(part):
            yield from slots_of(part)
        case Words():
            return


def sentences(phrase: Phrase, limit: int = 1_000) -> list[str]:
    """Every sentence that the pattern stands for, at most `limit`; slots as `{name}`."""
    return list(dict.fromkeys(" ".join(s.split()) for s in _expand(phrase, limit)))[:limit]


def _expand(phrase: Phrase, limit: int) -> list[str]:
    match phrase:
        case Words(text):
            return [text]
        case SlotMark(name):
            return [f"{{{name}}}"]
        case Maybe(part):
            return ["", *_expand(part, limit)][:limit]
        case OneOf(options):
            return [s for option in options for s in _expand(option, limit)][:limit]
        case Sequence(parts):
            found = [""]
            for part in parts:
                tails = _expand(part, limit)
                found = [f"{head} {tail}" for head in found for tail in tails][:limit]
            return found


class _Reader:
    """Recursive descent over one pattern."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.offset = 0

    def peek(self) -> re.Match[str] | None:
        return _TOKEN.match(self.text, self.offset)

    def choice(self) -> Phrase:
        options = [self.sequence()]
        while self.take("|"):
            options.append(self.sequence())
        return options[0] if len(options) == 1 else OneOf(tuple(options))

    def sequence(self) -> Phrase:
        start = self.offset
        parts: list[Phrase] = []
        while (part := self.item()) is not None:
            parts.append(part)
        if not parts:
            raise PhraseError("words are missing here", start)
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def item(self) -> Phrase | None:
        token = self.peek()
        if token is None:
            if self.text[self.offset :].strip():
                raise PhraseError("this cannot be read; a slot is written {name}", self.offset)
            return None
        if token["word"]:
            self.offset = token.end()
            return Words(token["word"])
        if token["slot"]:
            self.offset = token.end()
            return SlotMark(token["slot"])
        return self.bracket()

    def bracket(self) -> Phrase | None:
        start = self.offset + len(self.text[self.offset :]) - len(self.text[self.offset :].lstrip())
        if self.take("("):
            inner = self.choice()
            self.close(")", start)
            return inner
        if self.take("["):
            inner = self.choice()
            self.close("]", start)
            return Maybe(inner)
        return None

    def take(self, sign: str) -> bool:
        token = self.peek()
        if token is None or token["punct"] != sign:
            return False
        self.offset = token.end()
        return True

    def close(self, sign: str, start: int) -> None:
        if not self.take(sign):
            raise PhraseError(f"`{sign}` is missing", start)

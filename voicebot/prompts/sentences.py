"""Cutting text where a speaker takes breath, so that the first piece can be played early.

"Hello. Your balance is $3.50, as of today." -> "Hello." + "Your balance is $3.50, as of today."
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SENTENCE_PAUSE_MS = 300
CLAUSE_PAUSE_MS = 150
"""Silences after a sentence and after a clause."""

MAX_WEIGHT = 160
"""A longer sentence is cut at its commas. A letter weighs 1, a Chinese character 3 (about as
long to say)."""
_MIN_WEIGHT = 30
"""No clause shorter than this is cut off: it would sound chopped."""

_CLOSERS = "\"'”’」』）)]】》"
_CLOSING_SIGNS = f"[{re.escape(_CLOSERS)}]*"
_ENDER = re.compile(rf"[.!?;]+{_CLOSING_SIGNS}(?=\s|$|[㐀-鿿])|[。！？；…]+{_CLOSING_SIGNS}|\n+")
_COMMA = re.compile(r"(?:,(?=\s)|[，：—]+|\s[-–]\s)")
_HAN = re.compile(r"[㐀-鿿]")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘]+$")
_SPEAKABLE = re.compile(r"\w", re.UNICODE)

_TITLES = frozenset(["mr.", "mrs.", "ms.", "dr.", "prof.", "st.", "mt.", "vs.", "e.g.", "i.e."])
"""A name or the like follows: never the end of a sentence."""
_NUMBERED = frozenset(["no.", "ext.", "tel.", "fig.", "approx."])
"""Abbreviations where a number follows."""
_CLOSING = frozenset(["a.m.", "p.m.", "etc.", "inc.", "ltd.", "co.", "corp.", "u.s.", "u.k."])
"""May end a sentence: a capital letter after it decides."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A piece of a text, without surrounding white space."""

    start: int
    end: int
    """Half open, in characters of the text."""
    pause_ms: int
    """Silence that belongs after it, in ms."""


def split(text: str, keep: Sequence[tuple[int, int]] = ()) -> list[Sentence]:
    """Sentences of English or Chinese text in order; together they hold all that is speakable.

    Never cuts after an abbreviation, within a number, or within a range of `keep` (half open).
    """
    found: list[Sentence] = []
    start = 0
    for end in [*_sentence_ends(text, keep), len(text)]:
        found += _clauses(text, start, end, keep)
        start = end
    return found


def weight(text: str) -> int:
    """How long it takes to say, in letters of English."""
    return len(text) + 2 * len(_HAN.findall(text))


def _sentence_ends(text: str, keep: Sequence[tuple[int, int]]) -> Iterator[int]:
    for match in _ENDER.finditer(text):
        dotted = match.group().startswith(".")
        if dotted and _is_abbreviation(text, match.start() + 1):
            continue
        if not _is_kept(match.end(), keep):
            yield match.end()


def _is_abbreviation(text: str, end: int) -> bool:
    """Whether the full stop before `end` belongs to its word."""
    last = _LAST_WORD.search(text[:end])
    word = last.group().lower() if last else ""
    if word in _TITLES or re.fullmatch(r"[a-z]\.", word):
        return True
    after = text[end:].lstrip(_CLOSERS + " \t")[:1]
    if word in _NUMBERED:
        return after.isdigit()
    return word in _CLOSING and not after.isupper()


def _is_kept(cut: int, keep: Sequence[tuple[int, int]]) -> bool:
    return any(start < cut < end for start, end in keep)


def _clauses(
    text: str, start: int, end: int, keep: Sequence[tuple[int, int]]
) -> Iterator[Sentence]:
    while weight(text[start:end].strip()) > MAX_WEIGHT:
        cut = _best_cut(text, start, end, keep)
        if cut is None:
            break
        yield from _trimmed(text, start, cut, CLAUSE_PAUSE_MS)
        start = cut
    yield from _trimmed(text, start, end, SENTENCE_PAUSE_MS)


def _best_cut(text: str, start: int, end: int, keep: Sequence[tuple[int, int]]) -> int | None:
    """The last comma that makes a piece of bearable length, else the last such space."""
    for pattern in (_COMMA, re.compile(r"\s+")):
        cuts = [
            match.end()
            for match in pattern.finditer(text, start, end)
            if not _is_kept(match.end(), keep)
            and _MIN_WEIGHT <= weight(text[start : match.end()]) <= MAX_WEIGHT
            and weight(text[match.end() : end]) >= _MIN_WEIGHT
        ]
        if cuts:
            return cuts[-1]
    return None


def _trimmed(text: str, start: int, end: int, pause_ms: int) -> Iterator[Sentence]:
    piece = text[start:end]
    if _SPEAKABLE.search(piece):
        first = start + len(piece) - len(piece.lstrip())
        yield Sentence(first, first + len(piece.strip()), pause_ms)

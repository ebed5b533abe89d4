"""WordPiece as BERT's uncased models cut words: the longest known piece first.

Devlin et al. 2019 (BERT); Wu et al. 2016, section 4.1.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

from voicebot.core.errors import EngineError

MAX_PIECES = 64
"""Longer texts are cut: some fifty words, twenty seconds of speech. More take more than 20 ms."""
_MAX_LETTERS = 100
_MAX_CHARACTERS = 2_000


class WordPiece:
    """Text to the numbers of its pieces, with [CLS] and [SEP] around them."""

    def __init__(self, vocabulary: Path) -> None:
        """`vocabulary` has one piece a line. Raises `EngineError`."""
        try:
            lines = vocabulary.read_text("utf-8").split("\n")
            self._known = {piece: number for number, piece in enumerate(lines) if piece}
            self._first, self._last = self._known["[CLS]"], self._known["[SEP]"]
            self._unknown = self._known["[UNK]"]
        except (OSError, ValueError, KeyError) as error:
            raise EngineError(f"{vocabulary} is no WordPiece vocabulary: {error}") from error
        self._pieces = lru_cache(maxsize=16_384)(self._cut)

    def __call__(self, text: str) -> list[int]:
        """At most `MAX_PIECES` numbers; never fails, whatever the text."""
        inner: list[int] = []
        for word in _words(text[:_MAX_CHARACTERS]):
            inner += self._pieces(word)
            if len(inner) >= MAX_PIECES - 2:
                break
        return [self._first, *inner[: MAX_PIECES - 2], self._last]

    def _cut(self, word: str) -> tuple[int, ...]:
        if len(word) > _MAX_LETTERS:
            return (self._unknown,)
        pieces: list[int] = []
        start = 0
        while start < len(word):
            end, number = self._longest(word, start)
            if number < 0:
                return (self._unknown,)
            pieces.append(number)
            start = end
        return tuple(pieces)

    def _longest(self, word: str, start: int) -> tuple[int, int]:
        """End and number of the longest piece from `start`; -1 where there is none."""
        mark = "##" if start else ""
        for end in range(len(word), start, -1):
            number = self._known.get(mark + word[start:end])
            if number is not None:
                return end, number
        return start, -1


def _words(text: str) -> list[str]:
    """Lower case without accents; punctuation and Han characters stand alone."""
    text = unicodedata.normalize("NFD", text.lower())
    return "".join(map(_spaced, text)).split()


@lru_cache(maxsize=8_192)
def _spaced(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Mn":
        return ""
    if category in ("Cc", "Cf", "Zs", "Cn", "Cs", "Co"):
        return " " if character.isspace() or category == "Zs" else ""
    if category[0] == "P" or (character.isascii() and not character.isalnum()):
        return f" {character} "
    return f" {character} " if "\u3400" <= character <= "\u9fff" else character

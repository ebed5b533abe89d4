"""Word error rate: how many words were put in, left out or changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.replay.parcel import packed

_HAN = re.compile(r"([\u3400-\u9fff])")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@packed
@dataclass(frozen=True, slots=True)
class WordErrors:
    """Counts over one utterance or many."""

    errors: int = 0
    words: int = 0
    """Of the reference."""

    def __add__(self, other: WordErrors) -> WordErrors:
        return WordErrors(self.errors + other.errors, self.words + other.words)

    @property
    def rate(self) -> float | None:
        """Errors by words; None where there are no words. May be above 1."""
        return round(self.errors / self.words, 4) if self.words else None


def words_of(text: str) -> list[str]:
    """Words as they are counted: lower case, no punctuation, a Chinese character each."""
    if text.isascii():
        return _WORD.findall(text.lower())
    return _WORD.findall(_HAN.sub(r" \1 ", text.lower().replace("’", "'")))


def word_errors(reference: str, heard: str) -> WordErrors:
    """Of one utterance."""
    wanted = words_of(reference)
    if heard == reference:
        return WordErrors(0, len(wanted))
    got = words_of(heard)
    return WordErrors(distance(wanted, got), len(wanted))


def distance(one: Sequence[object], other: Sequence[object]) -> int:
    """The fewest insertions, deletions and substitutions (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        above, row[0] = row[0], i
        for j, right in enumerate(other, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (left != right))
    return row[-1]

"""A small trigram model of how callers word things, from some hundred sentences.

    P(w | u v) = (c(u v w) + t(u v) · P(w | v)) / (c(u v) + t(u v))   t: different words after u v

Interpolated Witten-Bell smoothing, which holds up where there is little to count: every sequence of
known words is possible, those that were taught are likely. PocketSphinx reads it as an ARPA file.

Source: Witten and Bell, IEEE Trans. Information Theory 37(4), 1991; Chen and Goodman, 1998.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

_ORDER = 3
_BEGIN, _END = "<s>", "</s>"
_NEVER = -99.0
"""Log-probability of what is never said, as ARPA files write it."""
_UNKNOWN = 1e-6

History = tuple[str, ...]


class LanguageModel:
    """Of sentences, each some words."""

    def __init__(self, sentences: Iterable[Sequence[str]]) -> None:
        """There must be a word at least."""
        self._after: dict[History, Counter[str]] = {}
        for sentence in sentences:
            words = (_BEGIN, *sentence, _END)
            for at in range(1, len(words)):
                for order in range(min(_ORDER, at + 1)):
                    self._after.setdefault(words[at - order : at], Counter())[words[at]] += 1
        self._share = {history: _share(seen) for history, seen in self._after.items()}
        self._total = sum(self._after[()].values())

    def surprise(self, words: Sequence[str]) -> float:
        """How unlike what was taught a sentence is: the mean of -ln P over its words and its end.
        2 is usual, from 4.5 on it was put together of words that happen to sound right."""
        said = (_BEGIN, *words, _END)
        logs = [
            math.log(max(_UNKNOWN, self.probability(said[at], said[max(0, at - _ORDER + 1) : at])))
            for at in range(1, len(said))
        ]
        return -sum(logs) / len(logs)

    def probability(self, word: str, history: History) -> float:
        """Of a word after others."""
        if not history:
            return self._after[()][word] / self._total
        seen = self._after.get(history)
        shorter = self.probability(word, history[1:])
        if seen is None:
            return shorter
        share = self._share[history]
        return share * seen[word] / seen.total() + (1 - share) * shorter

    def arpa(self) -> str:
        """As an ARPA file."""
        grams = [list(self._grams(order)) for order in range(_ORDER)]
        counts = [f"ngram {order}={len(found)}" for order, found in enumerate(grams, 1)]
        parts = ["\\data\\\n" + "\n".join(counts)]
        parts += [f"\\{order}-grams:\n" + "\n".join(found) for order, found in enumerate(grams, 1)]
        return "\n\n".join([*parts, "\\end\\"]) + "\n"

    def _grams(self, order: int) -> Iterator[str]:
        """Lines of the sequences of `order` words after the first one."""
        if not order:
            yield f"{_NEVER} {_BEGIN}{self._back_off((_BEGIN,))}"
        for history in sorted(h for h in self._after if len(h) == order):
            for word in sorted(self._after[history]):
                log = math.log10(self.probability(word, history))
                yield f"{log:.4f} {' '.join((*history, word))}{self._back_off((*history, word))}"

    def _back_off(self, history: History) -> str:
        if len(history) == _ORDER or history[-1] == _END:
            return ""
        return f" {math.log10(1 - self._share[history]):.4f}"


def _share(seen: Counter[str]) -> float:
    """What the counts after a history decide; the rest is left to shorter ones."""
    return seen.total() / (seen.total() + len(seen))

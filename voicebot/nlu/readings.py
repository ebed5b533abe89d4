"""What several readings of one utterance mean together.

A recognizer's list is weighed like this: a reading speaks for what it means by its confidence, and
the less it means anything here, the less it counts, as callers mostly say what can be said. So

    P(meaning) = heard · Σ share(reading) · quality(meaning in it)

where `heard` is the confidence of the reading that says it best. One reading, or readings that
agree, leave a meaning as it is; readings that differ divide it among what they mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from voicebot.core.meaning import Match
from voicebot.nlu.matching import Meaning
from voicebot.nlu.text import Utterance


@dataclass(frozen=True, slots=True)
class Candidate:
    """A meaning of one of the readings."""

    meaning: Meaning
    utterance: Utterance
    heard: float
    """Confidence of the reading."""
    belief: float
    """How likely it is over all readings, if what was heard is right at all."""

    @property
    def confidence(self) -> float:
        """Of the reading and of the match together."""
        return self.heard * self.belief


def candidates(
    readings: Sequence[tuple[Utterance, float, Sequence[Meaning]]],
) -> list[Candidate]:
    """All meanings of all readings (each with its confidence), weighed against each other."""
    found = [
        [Candidate(meaning, utterance, heard, meaning.quality) for meaning in meanings]
        for utterance, heard, meanings in readings
    ]
    found = [group for group in found if group]
    if len(found) < 2:
        return [candidate for group in found for candidate in group]
    votes = [max(candidate.confidence for candidate in group) for group in found]
    total = sum(votes)
    if total <= 0:
        return [candidate for group in found for candidate in group]
    shares = [vote / total for vote in votes]
    return [
        replace(candidate, belief=_belief(candidate, found, shares))
        for group in found
        for candidate in group
    ]


def _belief(
    candidate: Candidate, found: Sequence[Sequence[Candidate]], shares: Sequence[float]
) -> float:
    """Shares of the readings that say so too, each by how well it says it."""
    total = sum(
        share * max((c.meaning.quality for c in group if _agree(c, candidate)), default=0.0)
        for group, share in zip(found, shares, strict=True)
    )
    return min(candidate.meaning.quality, total)


def _agree(one: Candidate, other: Candidate) -> bool:
    """The same goal; of slots alone, no value of one speaks against the other's."""
    if (one.meaning.match, one.meaning.name) != (other.meaning.match, other.meaning.name):
        return False
    if one.meaning.match is not Match.SLOTS:
        return True
    values = {fill.slot: fill.value for fill in other.meaning.fills}
    return all(values.get(f.slot, f.value) == f.value for f in one.meaning.fills)

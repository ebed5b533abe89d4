"""Then and now, turn by turn: aligned, what differs, where it began, what follows from it.

then   1  2  3     4  5
now    1  2  3  3' 4  5
             └ first difference; what comes later follows from it, or may
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from voicebot.replay.parcel import packed
from voicebot.replay.turns import Turn

TIME_TOLERANCE_MS = 40
SURE_TOLERANCE = 0.02
_GAP = 3.0
_WEIGHTS = {"asked_at": 2.0, "said": 1.5, "by": 1.0, "text": 0.5, "keys": 1.0, "path": 1.0}
_weighed = attrgetter(*_WEIGHTS)

MAJOR = ("said", "by", "text", "keys", "match", "intent", "slots", "path", "events", "ended")
"""In these a call has become another one."""
MINOR = ("confidence", "sure", "alternatives", "rejected", "cut", "at_ms", "start_ms", "end_ms")
"""These may change without anybody noticing."""
_majors = attrgetter(*MAJOR)
_alignable = attrgetter("asked_at", *MAJOR)
_TIMES = ("at_ms", "start_ms", "end_ms")
_SURE = ("confidence", "sure")


@packed
@dataclass(frozen=True, slots=True)
class Pair:
    """A turn then and the one now that is the same, as far as there are both."""

    then: Turn | None
    now: Turn | None
    major: tuple[str, ...] = ()
    """What differs, by the names of `MAJOR`; `turn` where one of both is missing."""
    minor: tuple[str, ...] = ()
    downstream: bool = False
    """It comes after the first difference, and may follow from it."""

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "then": self.then.as_json() if self.then else None,
            "now": self.now.as_json() if self.now else None,
            "differs": list(self.major),
            "differs_a_little": list(self.minor),
            "downstream": self.downstream,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """All turns of a call."""

    pairs: tuple[Pair, ...]

    @property
    def first(self) -> int | None:
        """Number of the pair in which the first difference is, from 0."""
        return next((n for n, pair in enumerate(self.pairs) if pair.major), None)

    @property
    def is_same(self) -> bool:
        """Transcripts, intents, slots, path, prompts and outcome are the same."""
        return self.first is None


def compared(then: Sequence[Turn], now: Sequence[Turn], *, sound: bool = True) -> Comparison:
    """Align and compare; without `sound`, only what words tell."""
    pairs: list[Pair] = []
    different = False
    if not sound:
        then, now = _until_input(then), _until_input(now)
    little = MINOR if sound else _SURE
    if _are_alike(then, now):  # Most calls: nothing to be aligned.
        return Comparison(
            tuple(Pair(a, b, (), _minor(a, b, little)) for a, b in zip(then, now, strict=True))
        )
    for left, right in _aligned(then, now):
        major, minor = _differences(left, right, little)
        if not sound and "said" in major and left and right and _is_within(left.said, right.said):
            major = tuple(name for name in major if name != "said")  # The rest was not heard.
        pairs.append(Pair(left, right, major, minor, different))
        different = different or bool(major)
    return Comparison(tuple(pairs))


def _is_within(heard: Sequence[str], said: Sequence[str]) -> bool:
    """All that was heard is said, in its order."""
    left = iter(said)
    return all(text in left for text in heard)


def _until_input(turns: Sequence[Turn]) -> Sequence[Turn]:
    """Where the caller hung up, words do not tell how much of the last prompts was heard."""
    if len(turns) < 2 or turns[-1].by or "by caller" not in turns[-1].ended:
        return turns
    *before, last, end = turns
    return [*before, replace(last, ended=end.ended)]


def _differences(
    then: Turn | None, now: Turn | None, little: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if then is None or now is None:
        return ("turn",), ()
    major: tuple[str, ...] = ()
    if _majors(then) != _majors(now):
        major = tuple(name for name in MAJOR if getattr(then, name) != getattr(now, name))
    return major, _minor(then, now, little)


def _minor(then: Turn, now: Turn, little: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        [name for name in little if not _alike(name, getattr(then, name), getattr(now, name))]
    )


def _are_alike(then: Sequence[Turn], now: Sequence[Turn]) -> bool:
    """Nothing differs that matters, turn by turn."""
    return len(then) == len(now) and list(map(_alignable, then)) == list(map(_alignable, now))


def _alike(name: str, then: Any, now: Any) -> bool:
    if name in _TIMES:
        return abs(int(then) - int(now)) <= TIME_TOLERANCE_MS
    if name in _SURE:
        return abs(float(then) - float(now)) <= SURE_TOLERANCE
    return bool(then == now)


def _aligned(then: Sequence[Turn], now: Sequence[Turn]) -> list[tuple[Turn | None, Turn | None]]:
    """The cheapest way through both (Needleman and Wunsch)."""
    if len(then) == len(now) and not any(map(_cost, then, now)):
        return list(zip(then, now, strict=True))  # Nothing is cheaper.
    costs = [[float(j) * _GAP for j in range(len(now) + 1)]]
    for i, left in enumerate(then, 1):
        row = [i * _GAP]
        for j, right in enumerate(now, 1):
            same = costs[i - 1][j - 1] + _cost(left, right)
            row.append(min(same, costs[i - 1][j] + _GAP, row[j - 1] + _GAP))
        costs.append(row)
    return _traced(then, now, costs)


def _traced(
    then: Sequence[Turn], now: Sequence[Turn], costs: list[list[float]]
) -> list[tuple[Turn | None, Turn | None]]:
    i, j = len(then), len(now)
    found: list[tuple[Turn | None, Turn | None]] = []
    while i or j:
        both = i and j and costs[i][j] == costs[i - 1][j - 1] + _cost(then[i - 1], now[j - 1])
        if both:
            i, j = i - 1, j - 1
            found.append((then[i], now[j]))
        elif i and costs[i][j] == costs[i - 1][j] + _GAP:
            i -= 1
            found.append((then[i], None))
        else:
            j -= 1
            found.append((None, now[j]))
    return found[::-1]


def _cost(then: Turn, now: Turn) -> float:
    """0 for the same, more than two gaps for turns that have nothing to do with each other."""
    left, right = _weighed(then), _weighed(now)
    if left == right:
        return 0.0
    return sum(w for w, one, other in zip(_WEIGHTS.values(), left, right, strict=True)
               if one != other)  # fmt: skip

"""Who calls, how long they talk, how long they wait: drawn from a seed."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count, islice
from random import Random


class Shape(StrEnum):
    """Of a duration's distribution."""

    EXPONENTIAL = "exponential"
    LOGNORMAL = "lognormal"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Duration:
    """A random time."""

    mean_s: float
    shape: Shape = Shape.EXPONENTIAL
    spread: float = 0.8
    """Standard deviation over mean, of a lognormal one."""

    def draw_ms(self, random: Random) -> int:
        """One of them, in ms; at least 1."""
        match self.shape:
            case Shape.EXPONENTIAL:
                seconds = random.expovariate(1 / self.mean_s)
            case Shape.LOGNORMAL:
                variance = math.log(1 + self.spread**2)
                middle = math.log(self.mean_s) - variance / 2
                seconds = random.lognormvariate(middle, math.sqrt(variance))
            case Shape.FIXED:
                seconds = self.mean_s
        return max(1, round(1000 * seconds))


@dataclass(frozen=True, slots=True)
class Stream:
    """Callers of one kind: a Poisson process."""

    queue: str
    per_hour: float
    handling: Duration
    patience: Duration | None = None
    """How long they wait before they hang up; None: for ever."""
    skills: Mapping[str, int] = field(default_factory=dict)
    priority: int = 0
    preferred: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """One caller."""

    at_ms: int
    stream: Stream
    handling_ms: int
    patience_ms: int | None


def arrivals(streams: Iterable[Stream], number: int, seed: int) -> Iterator[Arrival]:
    """The first `number` callers of all streams, by time; the same for the same seed."""
    each = (_of_stream(s, Random(f"{seed}/{n}")) for n, s in enumerate(streams))
    yield from islice(heapq.merge(*each, key=lambda arrival: arrival.at_ms), number)


def _of_stream(stream: Stream, random: Random) -> Iterator[Arrival]:
    at_s = 0.0
    for _ in count():
        at_s += random.expovariate(stream.per_hour / 3600)
        patience = stream.patience.draw_ms(random) if stream.patience else None
        yield Arrival(round(1000 * at_s), stream, stream.handling.draw_ms(random), patience)

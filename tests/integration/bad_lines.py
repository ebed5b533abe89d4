"""What a network does to the packets of a stream: who sends which when."""

from __future__ import annotations

import random
from collections.abc import Iterable

from rtp_phone import Sending


def burst_loss(sendings: Iterable[Sending], seed: int) -> list[Sending]:
    """5 % lost, in bursts of 3 on the average (Gilbert's model)."""
    moods, lost, kept = random.Random(seed), False, []
    for one in sendings:
        lost = moods.random() < (2 / 3 if lost else 0.05 / 3 / 0.95)
        if not lost:
            kept.append(one)
    return kept


def jittered(sendings: Iterable[Sending], seed: int) -> list[Sending]:
    """Each up to 60 ms later than it should be: some overtake others."""
    delays = random.Random(seed)
    return [Sending(one.at_ms + delays.uniform(0, 60), one.number) for one in sendings]


def swapped(sendings: Iterable[Sending]) -> list[Sending]:
    """Every fifth comes after its successor."""
    return [Sending(one.at_ms + 30, one.number) if one.number % 5 == 4 else one for one in sendings]


def repeated(sendings: Iterable[Sending], times: int) -> list[Sending]:
    """Each comes so many times."""
    return [one for one in sendings for _ in range(times)]

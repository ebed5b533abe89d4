"""The numbers of a group of calls, by the names that everybody in the field uses.

    SL1  answered in time / answered
    SL2  (answered in time + abandoned in time) / (answered + abandoned)
    SL3  answered in time / (answered + abandoned)

Short abandons (who hung up at once) and callbacks (who kept the place without a leg) are counted
apart, and in none of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from voicebot.core.call import CallId, Outcome
from voicebot.queueing.figures.story import ABANDONED, ANSWERED, CALLBACK, Stay, Story

REPEAT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Terms:
    """What counts as what."""

    within_s: float = 20.0
    """In time."""
    short_s: float = 5.0
    """Whoever hangs up before is a short abandon."""


@dataclass(frozen=True, slots=True)
class QueueNumbers:
    """Of stays in queues. Ratios are None where there is nothing to count."""

    queued: int
    answered: int
    abandoned: int
    """Without the short ones."""
    short_abandons: int
    callbacks: int
    otherwise: int
    """Left by a key, timed out, were sent away."""
    sl1: float | None
    sl2: float | None
    sl3: float | None
    abandonment: float | None
    """Abandoned, of those who were queued, without short abandons and callbacks."""
    asa_s: float | None
    """Mean wait of those answered."""
    longest_wait_s: float | None
    aht_s: float | None
    """Mean of talk, hold and wrap-up."""
    talk_s: float
    """Sum, hold included."""
    wrap_up_s: float
    offers: int
    rna: float | None
    """Offers that rang unanswered, of all."""
    announced: int
    """Waits that were told to callers who were answered."""
    ewt_error_s: float | None
    """Mean distance of the wait from what was told, whichever way."""
    ewt_bias_s: float | None
    """Mean of how much longer it was."""


@dataclass(frozen=True, slots=True)
class CallNumbers:
    """Of whole calls that were answered by the hotline."""

    calls: int
    contained: int
    containment: float | None
    """Contained, of all calls."""
    contained_for_good: float | None
    """The headline: contained, and no further call of that number within 24 h, of all calls."""
    repeats: float | None
    """Calls after which that number called again within 24 h, of those with a number."""
    open: int
    """Calls whose 24 h are not over: the two numbers above may still get worse."""
    transferred: float | None
    """Sent elsewhere, of all calls."""
    handled: float | None
    """Talked to an agent, of all calls."""


def queue_numbers(stays: Sequence[Stay], terms: Terms) -> QueueNumbers:
    """Of stays that are over."""
    over = [stay for stay in stays if stay.end]
    answered = [stay for stay in over if stay.end == ANSWERED]
    gone = [stay for stay in over if stay.end == ABANDONED]
    abandoned = [stay for stay in gone if stay.wait_ms >= 1000 * terms.short_s]
    callbacks = sum(stay.end == CALLBACK for stay in over)
    in_time = sum(stay.wait_ms <= 1000 * terms.within_s for stay in answered)
    gone_in_time = sum(stay.wait_ms <= 1000 * terms.within_s for stay in abandoned)
    both, short = len(answered) + len(abandoned), len(gone) - len(abandoned)
    offers, late = sum(stay.offers for stay in over), [ms for s in over for ms in s.late_by_ms()]
    busy_ms = [stay.talk_ms + stay.wrap_up_ms for stay in answered]
    return QueueNumbers(
        queued=len(over),
        answered=len(answered),
        abandoned=len(abandoned),
        short_abandons=short,
        callbacks=callbacks,
        otherwise=len(over) - len(answered) - len(gone) - callbacks,
        sl1=_ratio(in_time, len(answered)),
        sl2=_ratio(in_time + gone_in_time, both),
        sl3=_ratio(in_time, both),
        abandonment=_ratio(len(abandoned), len(over) - short - callbacks),
        asa_s=_mean_s([stay.wait_ms for stay in answered]),
        longest_wait_s=max((stay.wait_ms / 1000 for stay in over), default=None),
        aht_s=_mean_s(busy_ms),
        talk_s=sum(stay.talk_ms for stay in answered) / 1000,
        wrap_up_s=sum(stay.wrap_up_ms for stay in answered) / 1000,
        offers=offers,
        rna=_ratio(sum(stay.unanswered for stay in over), offers),
        announced=len(late),
        ewt_error_s=_mean_s([abs(ms) for ms in late]),
        ewt_bias_s=_mean_s(late),
    )


def call_numbers(
    stories: Sequence[Story], again: Mapping[CallId, bool], until: datetime
) -> CallNumbers:
    """Of calls that were answered; `again` says of which the number called again (`repeats`).
    `until` is up to when calls are known."""
    calls = [story for story in stories if story.flow]
    contained = [story for story in calls if story.outcome is Outcome.CONTAINED]
    for_good = sum(not again.get(story.call, False) for story in contained)
    numbered = [story for story in calls if story.call in again]
    return CallNumbers(
        calls=len(calls),
        contained=len(contained),
        containment=_ratio(len(contained), len(calls)),
        contained_for_good=_ratio(for_good, len(calls)),
        repeats=_ratio(sum(again[story.call] for story in numbered), len(numbered)),
        open=sum(story.started + REPEAT > until for story in calls),
        transferred=_ratio(sum(story.transferred for story in calls), len(calls)),
        handled=_ratio(sum(_handled(story) for story in calls), len(calls)),
    )


def repeats(stories: Iterable[Story]) -> dict[CallId, bool]:
    """Of each call with a number: whether that number called again within 24 h."""
    found: dict[CallId, bool] = {}
    last: dict[str, Story] = {}
    for story in sorted(stories, key=lambda story: (story.started, story.call)):
        if not story.caller or story.caller == "anonymous":
            continue
        found[story.call] = False
        before = last.get(story.caller)
        if before is not None and story.started - (before.ended or before.started) <= REPEAT:
            found[before.call] = True
        last[story.caller] = story
    return found


def _handled(story: Story) -> bool:
    return any(stay.end == ANSWERED for stay in story.stays)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None


def _mean_s(values_ms: Sequence[int]) -> float | None:
    return sum(values_ms) / len(values_ms) / 1000 if values_ms else None

"""What an agent is told in a few words before the caller comes: "Lost card. Waited two minutes."
A customer who is called back comes as "Callback. Lost card. Waited two minutes."

All of it is values of the call, so none of its sound is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from voicebot.core.call_context import CallContext
from voicebot.core.meaning import SlotType, SlotValue
from voicebot.core.prompt import Prompt
from voicebot.prompts.wording import primary_tag

MOST_POINTS = 3
"""Of what the queue's node tells the agent."""
_LEAST_DIGITS = 3
"""Fewer may be a number; more are read digit by digit."""
_WAITED = {"en": ("Waited ", "."), "zh": ("等待", "。")}
_CALLBACK = {"en": "Callback", "zh": "回电"}
_INTENT = "intent"
"""The queue's node names it so where its summary is the built-in one."""


def whisper(context: CallContext, language: str, now: datetime) -> Prompt:
    """In a language; what the flow wrote is said as it was written."""
    tag = primary_tag(language)
    tag = tag if tag in _WAITED else "en"
    return Prompt(tuple(_parts(context, tag, now)), tag, secret=True)


def _parts(context: CallContext, tag: str, now: datetime) -> Iterator[str | SlotValue]:
    before, end = _WAITED[tag]
    if context.waits_since is not None:
        yield f"{_CALLBACK[tag]}{end} "
    if context.customer.get("vip"):
        yield f"VIP{end} "
    queue = context.stay.queue if context.stay else ""
    if why := context.summary.get(_INTENT) or context.intent or queue:
        yield SlotValue(SlotType.TEXT, _plain(why))
        yield f"{end} "
    yield before
    yield SlotValue(SlotType.DURATION, str(rounded_s(context.wait_ms(now))))
    yield end
    points = [(t, v) for t, v in context.summary.items() if t != _INTENT and v.strip("* ")]
    for title, value in points[:MOST_POINTS]:
        yield " "
        yield SlotValue(SlotType.TEXT, f"{_plain(title)}: ")
        digits = value.isdecimal() and len(value) >= _LEAST_DIGITS
        yield SlotValue(SlotType.DIGITS if digits else SlotType.TEXT, value)
        yield end


def rounded_s(wait_ms: int) -> int:
    """As people say it: tens of seconds, from a minute on whole minutes."""
    if wait_ms < 60_000:
        return max(10, round(wait_ms / 10_000) * 10)
    return round(wait_ms / 60_000) * 60


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").split())

"""A flow that pays bills, and callers who have come some way in it."""

from __future__ import annotations

from collections.abc import Callable

from flow_caller import HEAD, YES, Caller, choice, money

from voicebot.core.meaning import SlotType, SlotValue
from voicebot.flow.flow import Flow

Build = Callable[..., Flow]
WITH_DAY = HEAD.replace(
    "  amount: {type: money}\n", "  amount: {type: money}\n  day: {type: date}\n"
)
DIGRESSING = WITH_DAY.replace(
    "  main_menu: {to: first}\n",
    '  main_menu: {to: first}\n  cancel: {to: first}\n  times: {phrases: ["opening hours"], '
    "key: 9, to: times, returns: true}\n",
)
PAY = """
first:
  kind: menu
  prompt: "Well?"
  choices:
    pay: {key: 1, phrases: [pay], label: pay a bill, along: [amount, payee, day], follow_up: [payee, day], to: pay}
    times: {key: 2, phrases: [hours], to: times}
pay: {kind: ask, slots: {amount: "How much?", payee: "To whom?"}, to: when}
when: {kind: ask, slots: {day: "When?"}, read_back: "On {day}?", to: done}
done: {kind: say, prompt: "Paid {amount} to {payee} on {day}.", to: first}
times: {kind: ask, slots: {code: "Which branch?"}, to: tell}
tell: {kind: say, prompt: "From nine to five.", to: back}
back: {kind: resume, to: first}
"""  # noqa: E501


def day(value: str) -> SlotValue:
    """A date."""
    return SlotValue(SlotType.DATE, value, value)


FIFTY, WATER, MONDAY, FRIDAY = (
    money("50.00 USD"),
    choice("water"),
    day("2026-11-23"),
    day("2026-11-27"),
)


def paid(build: Build, head: str = WITH_DAY) -> Caller:
    """One who has paid a bill."""
    caller = Caller(build(PAY, head)).choose("pay", amount=FIFTY, payee=WATER, day=MONDAY)
    return caller.fill(answer=YES)


def replaced(value: SlotValue, confidence: float) -> SlotValue:
    """The value, heard so surely."""
    return SlotValue(value.type, value.value, value.raw, confidence)

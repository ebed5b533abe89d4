"""Star codes: what a phone calls, what that does, and what one must be allowed for it.

*13 2  ─▶ pause, reason 2 (lunch)       `TABLE` says what; `StarCodes` which code
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum

from voicebot.core.access import Permission
from voicebot.core.queueing import PauseReason


class Argument(StrEnum):
    """What may follow a code."""

    NONE = "none"
    REASON = "reason"
    """One digit of `REASONS`; the first of them where it is left out."""
    AGENT = "agent"
    """The `number` of an agent."""


@dataclass(frozen=True, slots=True)
class StarCodes:
    """Codes that agents' phones call. An empty one is switched off."""

    log_in: str = "*11"
    """At work."""
    log_out: str = "*12"
    """Gone, after the caller there may be."""
    pause: str = "*13"
    """No calls, after the one there may be; a digit behind it says why: 1 break, 2 lunch,
    3 training, 4 meeting, 5 outbound."""
    resume: str = "*14"
    """Calls again."""
    end_wrap_up: str = "*15"
    """Done with the last call."""
    extend_wrap_up: str = "*16"
    """Half a minute more for it."""
    listen: str = "*21"
    """Listen to the talk of an agent, whose `number` stands behind it; within the talk 4 listens,
    5 whispers to the agent, 6 speaks to both, 7 takes the caller over."""
    whisper: str = "*22"
    """The same, heard by the agent."""
    barge: str = "*23"
    """The same, heard by both."""
    take_over: str = "*24"
    """Have the caller in the agent's place."""
    pull: str = "*25"
    """Have the caller who has waited longest in one's queues, out of turn."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a code does."""

    permission: Permission
    argument: Argument = Argument.NONE


TABLE: dict[str, Row] = {
    "log_in": Row(Permission.OWN_STATE),
    "log_out": Row(Permission.OWN_STATE),
    "pause": Row(Permission.OWN_STATE, Argument.REASON),
    "resume": Row(Permission.OWN_STATE),
    "end_wrap_up": Row(Permission.OWN_STATE),
    "extend_wrap_up": Row(Permission.OWN_STATE),
    "listen": Row(Permission.LISTEN, Argument.AGENT),
    "whisper": Row(Permission.WHISPER, Argument.AGENT),
    "barge": Row(Permission.BARGE, Argument.AGENT),
    "take_over": Row(Permission.TAKE_OVER, Argument.AGENT),
    "pull": Row(Permission.TAKE_OVER),
}
"""By the name that the code has in `StarCodes`; whoever carries it out is found by that name."""

REASONS: dict[str, PauseReason] = {
    "1": PauseReason.BREAK,
    "2": PauseReason.LUNCH,
    "3": PauseReason.TRAINING,
    "4": PauseReason.MEETING,
    "5": PauseReason.OUTBOUND,
}

_CODE = re.compile(r"\*\d{1,6}")


@dataclass(frozen=True, slots=True)
class Dialed:
    """What was called."""

    operation: str = ""
    """Name of a row; empty for a code that there is not."""
    argument: str = ""
    """What followed the code."""

    @property
    def row(self) -> Row:
        """Its row; only for one that there is."""
        return TABLE[self.operation]


UNKNOWN = Dialed()


def find(codes: StarCodes, called: str) -> Dialed | None:
    """What a called number means; None where it is no star code at all, `UNKNOWN` for one that
    nobody set. The longest code that fits counts."""
    if not re.fullmatch(r"\*\d+", called):
        return None
    for code, operation in sorted(_codes(codes), reverse=True):
        argument = called.removeprefix(code)
        if called.startswith(code) and _takes(TABLE[operation].argument, argument):
            return Dialed(operation, argument)
    return UNKNOWN


def mistakes(codes: StarCodes) -> Iterator[tuple[str, str, str]]:
    """What is wrong with codes as an operator set them: setting, message, hint."""
    seen = dict[str, str]()
    for code, operation in _codes(codes):
        if not _CODE.fullmatch(code):
            yield operation, f"{code} is no star code", "a star and one to six digits, as in *11"
        elif other := seen.get(code):
            yield operation, f"{code} is {other} already", "give each its own code"
        seen.setdefault(code, operation)
    for code, operation in _codes(codes):
        for longer, other in _codes(codes):
            rest = longer.removeprefix(code)
            begins = longer.startswith(code) and longer != code
            if begins and _takes(TABLE[operation].argument, rest):
                message = f"{longer} is also {operation} ({code}) with what may follow it"
                yield other, message, "let no code begin with one that something may follow"


def _codes(codes: StarCodes) -> list[tuple[str, str]]:
    every = ((getattr(codes, field.name), field.name) for field in fields(codes))
    return [(code, name) for code, name in every if code]


def _takes(argument: Argument, text: str) -> bool:
    match argument:
        case Argument.NONE:
            return not text
        case Argument.REASON:
            return not text or text in REASONS
        case Argument.AGENT:
            return text.isdecimal()

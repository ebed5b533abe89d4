"""A scenario as it is written: what the world does, and what must come of it.

    # A lost card is blocked.                        a comment
    flow     bank_en                                 the setting: see setting.py
    http     POST /cards/4321/block → 201 {"reference": "4001"}

      0.0  ring     +4917055501 → bank_en            at 0.0 s of the call
      8.1~ caller   "i lost my card"                 when the bot has finished; 8.1 s is what came
     14.0| keys     4321                             came of the line above it
    > 14.0~ keys    4321#                            done, and left no line of its own

A line of what the world does may stand without a time: then it comes when the bot has finished,
as those with a `~` do; `--accept` puts in the time at which it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

CODES = {"busy": 486, "rejected": 603, "unreachable": 503}
"""How an agent's phone refuses, as status code."""

_LINE = re.compile(
    r"(?P<hidden>>)?\s*(?:(?P<at>\d+\.\d)(?P<mark>[~|]?)|(?P<turn>~))?\s*"
    r"(?P<who>[a-z][\w-]*)\s+(?P<text>.*?)\s*(?:\([^()]*\))?"
)
_WORDS = ("ring", "caller", "keys", "silence", "hold", "hangup", "agent", "offer")
"""What a line without a time may begin with to be something that happens."""


@dataclass(frozen=True, slots=True)
class Stimulus:
    """Something that the world does."""

    at_ms: int | None
    """In the call; None: when it is its turn."""
    who: str
    text: str
    line: int = 0
    """In the file, from 1."""
    silences: int = 0
    """How often the caller is to have kept silent before it."""
    answers: int = 0
    """How often an agent is to have answered before it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the transcript as a scenario has it."""

    line: int
    """In the file, from 1."""
    text: str
    """As it must come out, marks taken away."""


def stimuli(text: str) -> list[Stimulus]:
    """What the world does in a scenario, in its order."""
    return list(_stimuli(text))


def _stimuli(text: str) -> Iterator[Stimulus]:
    silences = answers = 0
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.fullmatch(line.rstrip()) if is_event(line) else None
        if found is None:
            continue
        silences += found["who"] == "silence"
        timed = found["at"] is not None and found["mark"] != "~"
        at_ms = round(float(found["at"]) * 1000) if timed else None
        stimulus = Stimulus(at_ms, found["who"], found["text"], number, silences, answers)
        answers += stimulus.who == "agent" and stimulus.text.endswith(" answers")
        if found["mark"] != "|" and is_stimulus(stimulus):
            yield stimulus


def is_event(line: str) -> bool:
    """Whether a line tells of the call: not a comment, not the setting."""
    words = line.removeprefix(">").split()
    if not words or line.startswith("#"):
        return False
    return words[0] in _WORDS or words[0][0].isdigit() or words[0] == "~"


def is_stimulus(what: Stimulus) -> bool:
    """Whether the world does it; all else comes of it."""
    if what.who in ("ring", "caller", "keys", "hold"):
        return True
    if what.who == "agent":
        return what.text.endswith(" answers") or what.text.endswith("ended by agent")
    if what.who == "offer":
        return what.text.split()[-1] in CODES
    return what.who == "hangup" and what.text == "caller"


def rows(text: str) -> list[Row]:
    """What the call must read like: neither comments nor setting, nothing hidden."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        is_outcome = line.split()[:1] == ["cdr"]
        if is_outcome or (is_event(line) and not line.startswith(">") and _is_timed(line)):
            found.append(Row(number, plain(line)))
    return found


def plain(line: str) -> str:
    """A line as the transcript has it: without its mark."""
    return re.sub(r"^(\s*\d+\.\d)[~|]", r"\1 ", line).rstrip()


def _is_timed(line: str) -> bool:
    return re.match(r"\s*\d+\.\d", line) is not None

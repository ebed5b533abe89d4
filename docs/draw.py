"""Draws the pictures of the documentation from the code.

    .venv/bin/python docs/draw.py        writes architecture.svg and the diagrams in development.md

State machines are drawn from their tables, so that a change of a table changes the picture; a test
holds them equal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from voicebot.core.call import CALL_TRANSITIONS, CallState
from voicebot.core.escalations import ESCALATION_TRANSITIONS, EscalationState
from voicebot.core.queueing import AgentState, EntryState
from voicebot.core.transfers import TRANSFER_TRANSITIONS, TransferState
from voicebot.core.turn import Floor
from voicebot.queueing.agent_machine import AGENT_TRANSITIONS
from voicebot.queueing.entry_machine import ENTRY_TRANSITIONS
from voicebot.turns.barge_in import BARGE_IN_TRANSITIONS, BargeInState
from voicebot.turns.floor import FLOOR_TRANSITIONS

DOCS = Path(__file__).parent

# ---------------------------------------------------------------- state machines


def mermaid(table: Mapping[tuple[StrEnum, StrEnum], StrEnum], first: StrEnum) -> str:
    """A state diagram of a table; `first` is where it begins."""
    lines = ["stateDiagram-v2", f"    [*] --> {first}"]
    lines += [f"    {state} --> {then}: {event}" for (state, event), then in table.items()]
    ways_on = {state for state, _ in table}
    lines += [f"    {state} --> [*]" for state in type(first) if state not in ways_on]
    return "\n".join(lines)


MACHINES: dict[str, str] = {
    "CallState": mermaid(CALL_TRANSITIONS, CallState.RINGING),
    "Floor": mermaid(FLOOR_TRANSITIONS, Floor.THINKING),
    "BargeInState": mermaid(BARGE_IN_TRANSITIONS, BargeInState.IDLE),
    "AgentState": mermaid(AGENT_TRANSITIONS, AgentState.OFFLINE),
    "EntryState": mermaid(ENTRY_TRANSITIONS, EntryState.WAITING),
    "EscalationState": mermaid(ESCALATION_TRANSITIONS, EscalationState.OPEN),
    "TransferState": mermaid(TRANSFER_TRANSITIONS, TransferState.REQUESTED),
}


def with_machines(text: str) -> str:
    """A page with its diagrams drawn anew, each below its comment `<!-- drawn: NAME -->`."""

    def draw(match: re.Match[str]) -> str:
        return f"{match[1]}```mermaid\n{MACHINES[match[2]]}\n```\n"

    return re.sub(r"(<!-- drawn: (\w+) -->\n)```mermaid\n.*?\n```\n", draw, text, flags=re.DOTALL)


# ---------------------------------------------------------------- the structure


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with a title and lines of text below it; coordinates in px."""

    x: int
    y: int
    width: int
    height: int
    title: str
    lines: tuple[str, ...] = ()
    kind: str = "part"


BOXES = (
    Box(20, 160, 120, 62, "Caller", ("a phone, a trunk",), "outside"),
    Box(20, 330, 120, 62, "Agent", ("a person's phone",), "outside"),
    Box(180, 20, 600, 470, "One process", (), "process"),
    Box(200, 70, 130, 406, "pjsua2", ("C++ threads", "", "SIP dialogs", "RTP, SRTP", "keys",
        "jitter buffer", "the bridge", "who may call", "", "PcmPort:", "two rings", "of sound"),
        "native"),
    Box(370, 70, 390, 270, "A session a call", (), "group"),
    Box(390, 104, 160, 70, "Listen", ("voice detection,", "end of speech, keys")),
    Box(580, 104, 160, 70, "Understand", ("words to intent", "and slots")),
    Box(580, 190, 160, 70, "Flow engine", ("pure: state, event", "to state, actions")),
    Box(390, 190, 160, 70, "Speak", ("pause, resume,", "stop within a frame")),
    Box(390, 276, 350, 54, "Wait and bridge", ("queue, offers, music; the two legs joined",)),
    Box(370, 360, 390, 54, "Journal", ("every fact, with its time in the call",)),
    Box(370, 424, 390, 52, "Console and API", ("aiohttp",)),
    Box(830, 70, 180, 72, "Recognizers", ("PocketSphinx, Vosk", "worker processes"), "worker"),
    Box(830, 162, 180, 72, "Voice", ("espeak-ng by pyttsx3", "worker processes; cache"), "worker"),
    Box(830, 254, 180, 62, "Back end", ("the flow's http nodes",), "outside"),
    Box(830, 356, 180, 62, "SQLite, WAV", ("records, recordings",), "store"),
    Box(830, 428, 180, 42, "Browser", (), "outside"),
)  # fmt: skip

ARROWS: tuple[tuple[int, ...], ...] = (
    (140, 182, 198, 182), (198, 200, 140, 200),    # caller
    (140, 352, 198, 352), (198, 370, 140, 370),    # agent
    (330, 141, 388, 141), (388, 221, 330, 221),    # sound in, sound out
    (388, 303, 330, 303),                          # dial, bridge
    (550, 141, 578, 141), (660, 174, 660, 188),    # listen, understand, engine
    (580, 221, 552, 221), (660, 260, 660, 274),    # engine, speak; engine, wait
    (550, 122, 564, 122, 564, 88, 828, 88), (828, 122, 742, 122),     # recognizers
    (760, 205, 828, 205), (742, 240, 790, 240, 790, 285, 828, 285),   # voice, back end
    (565, 340, 565, 358), (760, 387, 828, 387), (565, 424, 565, 416), # journal, store, console
    (828, 449, 762, 449),
)  # fmt: skip

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #333f4d; text-anchor: middle }
  .title { font-weight: 600; font-size: 15px; fill: #14202c }
  .page { fill: #ffffff; stroke: #c9d1d9 } .process { fill: #f3f6fa; stroke: #8596a8 }
  .group { fill: #ffffff; stroke: #8596a8; stroke-dasharray: 5 4 }
  .part { fill: #dcebfd; stroke: #4a7fb5 } .native { fill: #fdeacc; stroke: #b9822b }
  .worker { fill: #dff3df; stroke: #4f9150 } .store { fill: #efe3fa; stroke: #8a62b3 }
  .outside { fill: #ffffff; stroke: #55616e }
  path { fill: none; stroke: #3d4a57; stroke-width: 1.6; marker-end: url(#tip) }
"""

DESCRIPTION = (
    "A caller's sound comes by SIP and RTP into pjsua2, crosses two rings of PCM into the call's "
    "session, is listened to, understood and answered by the flow engine; recognizers and voices "
    "are worker processes; every fact goes to the journal."
)


def architecture() -> str:
    """The structure as SVG, on a light page of its own: readable on light and dark."""
    shapes = "\n".join([*map(_box, BOXES), *map(_arrow, ARROWS)])
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1030 510" role="img">\n'
        f"<title>How voicebot is built</title>\n<desc>{DESCRIPTION}</desc>\n"
        f"<style>{STYLE}</style>\n"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><polygon points="0,0 8,4 0,8" fill="#3d4a57"/></marker>'
        '</defs>\n<rect class="page" x="1" y="1" width="1028" height="508" rx="10"/>\n'
        f"{shapes}\n</svg>\n"
    )


def _box(box: Box) -> str:
    x = box.x + (80 if box.kind == "group" else box.width // 2)
    y = box.y + (24 if box.lines or box.kind in ("process", "group") else box.height // 2 + 5)
    texts = [f'<text class="title" x="{x}" y="{y}">{box.title}</text>']
    texts += [
        f'<text x="{x}" y="{y + 18 * number}">{line}</text>'
        for number, line in enumerate(box.lines, 1)
        if line
    ]
    size = f'width="{box.width}" height="{box.height}"'
    return f'<rect class="{box.kind}" x="{box.x}" y="{box.y}" {size} rx="7"/>' + "".join(texts)


def _arrow(points: Sequence[int]) -> str:
    pairs = [f"{x} {y}" for x, y in zip(points[::2], points[1::2], strict=True)]
    return f'<path d="M{" L".join(pairs)}"/>'


if __name__ == "__main__":
    (DOCS / "architecture.svg").write_text(architecture(), "utf-8")
    page = DOCS / "development.md"
    page.write_text(with_machines(page.read_text("utf-8")), "utf-8")

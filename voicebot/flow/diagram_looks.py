"""How a flow's picture looks: shapes and colors by kind, and texts that fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

FONT = 'fontname="Helvetica,Arial,sans-serif"'
FAINT = "#9aa5b1"
INK = "#2f3b48"


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind of node looks."""

    shape: str
    fill: str
    style: str = "filled"
    margin: str = "0.09,0.05"
    """Inches to the right and left, above and below the text."""


_TALKS = Look("box", "#e8f1fd", "rounded,filled")
_LISTENS = Look("box", "#fff1cc")
_WORKS = Look("cds", "#e5f5e5", margin="0.22,0.14")
LOOKS: Mapping[str, Look] = {
    "say": _TALKS,
    "menu": Look("octagon", "#ffe3b0"),
    "ask": _LISTENS,
    "answer": _LISTENS,
    "digits": _LISTENS,
    "record": _LISTENS,
    "survey": _LISTENS,
    "callback": _LISTENS,
    "http": _WORKS,
    "notify": _WORKS,
    "branch": Look("diamond", "#f3e8fb"),
    "hours": Look("diamond", "#f3e8fb"),
    "percent": Look("diamond", "#f3e8fb"),
    "customer": Look("diamond", "#f3e8fb"),
    "queue_status": Look("diamond", "#f3e8fb"),
    "call": Look("tab", "#e3edf0", margin="0.12,0.1"),
    "goto": Look("cds", "#eceff2", margin="0.22,0.14"),
    "queue": Look("box3d", "#ffd9d2", margin="0.14,0.12"),
    "transfer": Look("box3d", "#ffd9d2", margin="0.14,0.12"),
    "hangup": Look("ellipse", "#dde2e8"),
    "return": Look("ellipse", "#dde2e8"),
}
"""By kind; the rest are plain boxes."""
PLAIN = Look("box", "#f4f6f8")


def lines_of(labels: list[str]) -> Iterator[str]:
    """At most three lines, several labels in one where they are short."""
    line = ""
    for label in labels:
        if line and len(line) + len(label) > 22:
            yield line
            line = label
        else:
            line = f"{line}, {label}" if line else label
    if line:
        yield line


def cut(text: str, width: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def small(text: str, color: str) -> str:
    return f'<font point-size="9" color="{color}">{escape(text)}</font>'


def quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

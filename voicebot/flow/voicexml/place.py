"""Where dialogs and content stand: what they know of the rest of the document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from voicebot.flow.voicexml.names import Ref
from voicebot.flow.voicexml.scopes import Scope
from voicebot.flow.voicexml.sheet import Sheet

DONE = "done"
"""The exit of a subdialog that says no other."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What a dialog knows of the rest."""

    sheet: Sheet
    scope: Scope
    target: Callable[[str, int], Ref]
    """The node for a URI."""
    subflow: Callable[[str, int], str | None]
    """The flow for the URI of a subdialog; None where there is none."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where content stands."""

    sheet: Sheet
    scope: Scope
    label: str
    """Begins the names of its nodes."""
    target: Callable[[str, int], Ref]
    """The node for a URI such as `#main` or `other.vxml`."""
    item: Callable[[str], Ref | None]
    """The node of a form item of the same form."""
    again: Ref | None = None
    """The item that was being collected: `<reprompt/>`, and events without a handler."""
    default: Ref | None = None
    """The node where the form goes on by itself."""
    choices: Sequence[tuple[str, str]] = ()
    depth: int = 0
    flags: Mapping[str, str] = field(default_factory=dict)
    """Items of the form -> the value that says whether they are filled."""

"""A change, and how it reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class What(StrEnum):
    """What a change is about."""

    NODE = "node"
    WAY = "way"
    PROMPT = "prompt"
    PROPERTY = "property"
    """What nodes inherit: timing, confidence, barge-in; with the values that count in the end."""
    SETTING = "setting"
    """Everything else that is written in a node, or for the whole flow."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change."""

    what: What
    node: str
    """The node, by its new name; empty for the whole flow."""
    name: str
    """Of the way, prompt, property or setting; for a node, its kind."""
    before: str = ""
    """Empty for something new."""
    after: str = ""
    """Empty for something that is gone."""
    nodes: tuple[str, ...] = ()
    """Property: the nodes at which it counts."""


_FEW = 4


def lines_of(changes: Iterable[Change]) -> Iterator[str]:
    """A line a change: `+` new, `-` gone, `~` changed."""
    for one in changes:
        sign = "~" if one.before and one.after else "+" if one.after else "-"
        yield f"{sign} {one.what:<8}  {_text(one)}"


def _text(one: Change) -> str:
    match one.what:
        case What.NODE if one.before and one.after:
            return f"{one.before} is now called {one.after} ({one.name})"
        case What.NODE:
            return f"{one.after or one.before} ({one.name})"
        case What.WAY:
            was = f"  (was {one.before})" if one.before and one.after else ""
            return f"{one.node or 'anywhere'} ─{one.name}→ {one.after or one.before}{was}"
        case What.PROPERTY:
            return f"{one.name}  {one.before} → {one.after}  at {_nodes(one.nodes)}"
    where = f"{one.node}.{one.name}" if one.node else one.name
    if one.before and one.after:
        return f"{where}  {one.before} → {one.after}"
    return f"{where}  {one.after or one.before}"


def _nodes(nodes: tuple[str, ...]) -> str:
    if len(nodes) <= _FEW:
        return ", ".join(nodes)
    return f"{len(nodes)} nodes: {', '.join(nodes[:_FEW])}, …"

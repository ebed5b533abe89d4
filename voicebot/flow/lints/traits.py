"""What a check must know of each kind of node. A test asks for every kind to be in one set."""

from __future__ import annotations

from typing import Any

from voicebot.flow.flow import Flow, Node

ENDS = frozenset({"hangup", "return"})
"""The call, or the flow that was called, is over."""
PEOPLE = frozenset({"queue", "transfer"})
"""The caller comes to a person."""
LISTENS = frozenset({"menu", "ask", "digits", "record", "survey", "callback", "wait", "answer"})
"""The caller is heard, or else time passes."""
COUNTS = frozenset({"loop"})
"""Goes round a limited number of times."""
LEAVES = frozenset({"call", "goto"})
"""May go to another flow, which listens by itself."""
BUSY = frozenset(
    {"say", "branch", "set", "http", "hours", "percent", "mark", "language", "queue_status"}
    | {"notify", "resume", "customer"}
)
"""Goes on without the caller."""


def kind_of(node: Node) -> str:
    """The kind, as it is written."""
    kind: Any = getattr(node, "kind", "")
    return str(kind)


def other_flow(node: Node) -> str:
    """The name of the flow that the node calls or goes to; empty for none."""
    return str(getattr(node, "flow", None) or "") if kind_of(node) in LEAVES else ""


def is_end(node: Node) -> bool:
    """Whether this flow is over there."""
    return kind_of(node) in ENDS or (kind_of(node) == "goto" and bool(other_flow(node)))


def is_busy(node: Node) -> bool:
    """Whether nobody is waited for, so that a loop of such nodes would never rest."""
    return kind_of(node) in BUSY or (kind_of(node) == "goto" and not other_flow(node))


def leads_to_people(flow: Flow) -> set[str]:
    """Nodes where the caller comes to a person, be it in another flow; what is not known of may."""
    return {name for name, node in flow.nodes.items() if _has_people(flow, node, frozenset())}


def _has_people(flow: Flow, node: Node, seen: frozenset[str]) -> bool:
    if kind_of(node) in PEOPLE:
        return True
    name = other_flow(node)
    if not name or name in seen:
        return False
    other = flow.find(name)
    return other is None or any(
        _has_people(other, inner, seen | {name}) for inner in other.nodes.values()
    )

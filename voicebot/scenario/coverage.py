"""Which ways of a flow were walked, and where in its file those stand that never were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from voicebot.core.record import Fact, FactKind
from voicebot.flow.base import NodeName, Path, marked
from voicebot.flow.document import Document
from voicebot.flow.flow import Flow

_BEGINS = ("start", "call", "goto")
"""How a call comes to the first node of a flow."""
_COUNTED = {FactKind.TIMED_OUT: "no_input", FactKind.NOT_UNDERSTOOD: "no_match"}


@dataclass(frozen=True, slots=True)
class Move:
    """The call went from one node to another."""

    flow: str
    source: str
    """The node that it came from; empty at the start."""
    via: str
    target: str


@dataclass(frozen=True, slots=True)
class Transition:
    """A way on that a flow file has."""

    node: str
    """Empty for one that holds for the whole flow."""
    to: str
    via: frozenset[str]
    """What the journal calls it; nothing for a node's plain `to`."""
    line: int
    """In the flow's file, from 1."""
    name: str
    """For people: `ok`, `no_input 2`; `to`."""


@dataclass(slots=True)
class Coverage:
    """One flow's nodes and ways on, and which of them were walked."""

    flow: str
    file: str
    nodes: dict[str, int]
    """Every node, with its line."""
    transitions: list[Transition]
    visited: set[str] = field(default_factory=set)
    walked: set[Transition] = field(default_factory=set)

    def take(self, moves: Iterable[Move]) -> None:
        """Count a call's moves."""
        for move in moves:
            if move.flow == self.flow:
                self.visited.add(move.target)
                self.walked |= set(_fitting(self.transitions, move))

    @property
    def percent(self) -> float:
        """Of the ways on, how many in a hundred were walked."""
        return 100.0 * len(self.walked) / len(self.transitions) if self.transitions else 100.0

    def missing_nodes(self) -> list[tuple[int, str]]:
        """(line, node) of what no call came to."""
        return sorted((line, node) for node, line in self.nodes.items() if node not in self.visited)

    def missing(self) -> list[Transition]:
        """Ways on that no call went, by line."""
        left = [one for one in self.transitions if one not in self.walked]
        return sorted(left, key=lambda one: (one.line, one.name))


def coverage_of(flow: Flow, document: Document, file: str) -> Coverage:
    """A flow of which nothing is walked yet; `document` is its file."""
    nodes = {name: document.place(("nodes", name))[0] for name in flow.nodes}
    return Coverage(flow.name, file, nodes, list(_transitions(flow, document)))


def _transitions(flow: Flow, document: Document) -> Iterator[Transition]:
    for path, value in marked(flow.file):
        if isinstance(value, NodeName):
            node = str(path[1]) if path[0] == "nodes" else ""
            via = _via(path)
            line = document.place(path)[0]
            yield Transition(node, str(value), via, line, _name(path))


def _via(path: Path) -> frozenset[str]:
    """What the journal may call a way on, by where it stands: an outcome, choice or arm by its
    name, `if 2` for a condition, `no_input 2` for a reaction, and nothing for a node's `to`."""
    if path == ("start",):
        return frozenset(_BEGINS)
    if path[-1] == "on_error":
        return frozenset({"error", *_COUNTED.values()})
    is_plain = path[0] == "nodes" and len(path) == 3 and path[-1] == "to"
    if is_plain:
        return frozenset()
    if path[-1] != "to":
        return frozenset({str(path[-1])})
    if isinstance(path[-2], int):
        count = path[-2] + 1
        return frozenset({f"if {count}", f"{path[-3]} {count}"})
    return frozenset({str(path[-2])})


def _name(path: Path) -> str:
    if path[0] == "nodes":
        path = path[2:]
    if path[-1] == "to" and len(path) > 1:
        path = path[:-1]
    if isinstance(path[-1], int):
        return f"{path[-2]} {path[-1] + 1}"
    return str(path[-1])


def _fitting(transitions: list[Transition], move: Move) -> list[Transition]:
    """The ways on that a move went: by what the journal calls it, the node's own before those of
    the whole flow; else the node's plain `to`, or the only one that leads there."""
    there = [one for one in transitions if one.to == move.target]
    mine = [one for one in there if one.node == move.source]
    general = [one for one in there if not one.node]
    plain = [one for one in mine if not one.via]
    only = mine if len(mine) == 1 else []
    return _named(mine, move.via) or plain or _named(general, move.via) or only


def _named(among: list[Transition], via: str) -> list[Transition]:
    if found := [one for one in among if via in one.via]:
        return found
    base, _, count = via.partition(" ")
    if base not in _COUNTED.values():
        return []
    # After the last entry of a list that one is taken again.
    for number in range(int(count), 0, -1):
        if found := [one for one in among if f"{base} {number}" in one.via]:
            return found
    return [one for one in among if base in one.via]


def moves_of(facts: Iterable[Fact], flow: str) -> list[Move]:
    """The moves of a call that began in `flow`; those within a flow that it called are that
    flow's."""
    found: list[Move] = []
    last: dict[str, str] = {}
    count = 0
    for fact in facts:
        if fact.kind in _COUNTED:
            count = int(fact.data["count"])
        if fact.kind is not FactKind.MOVED:
            continue
        inner, _, target = str(fact.data["node"]).rpartition("/")
        via, where = str(fact.data["via"]), inner or flow
        is_new = bool(found) and where != found[-1].flow and via in _BEGINS
        source = "" if is_new else last.get(where, "")
        counted = f"{via} {max(count, 1)}" if via in _COUNTED.values() else via
        found.append(Move(where, source, counted, target))
        last[where] = target
    return found

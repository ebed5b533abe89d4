"""The ways of a flow, node by node: what checks walk, pictures show and tests cover."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from voicebot.flow.base import NodeName, Path, marked
from voicebot.flow.flow import Flow, Node
from voicebot.flow.listening import Listening
from voicebot.flow.reach import all_from

TROUBLE = frozenset(
    {"no_input", "no_match", "failed", "error", "invalid", "give_up", "rejected", "refused"}
    | {"timeout", "full", "nobody", "no_answer", "busy", "declined", "not_found"}
)
"""Names of ways that are taken when something did not go as wished."""


@dataclass(frozen=True, slots=True)
class Way:
    """One transition, as it is written."""

    source: str
    """Node."""
    target: str
    """Node."""
    path: Path
    """Where the file says so."""
    name: str
    """`to`, a choice, an outcome, `if 1`, `else`, `no_input 2`; of a way that every node has, that
    of the list or command which it comes from."""
    is_shared: bool = False
    """Written for the whole flow, not for this node."""
    gives: frozenset[str] = frozenset()
    """Values that the node gave, surely, when this way is taken."""

    @property
    def is_trouble(self) -> bool:
        """Taken when something did not go as wished."""
        return self.name.split(" ")[0] in TROUBLE


def ways_of(flow: Flow) -> dict[str, list[Way]]:
    """Node -> its ways out, in the order of the file; last those to the error path, which any node
    may take."""
    shared = list(_shared(flow))
    found: dict[str, list[Way]] = {}
    for name, node in flow.nodes.items():
        found[name] = list(_own(name, node))
        if isinstance(node, Listening):
            found[name] += [
                Way(name, target, path, way, is_shared=True)
                for target, path, way in shared
                if not _is_replaced(node, way)
            ]
        if flow.file.on_error is not None and node.on_error is None:
            on_error = str(flow.file.on_error)
            found[name].append(Way(name, on_error, ("on_error",), "error", is_shared=True))
    return found


def _own(name: str, node: Node) -> Iterable[Way]:
    given = {way: frozenset(map(str, names)) for way, names in node.gives().items()}
    for path, target in marked(node):
        if isinstance(target, NodeName):
            way = way_name(path)
            gives = given.get("", frozenset()) | given.get(way, frozenset())
            yield Way(name, str(target), ("nodes", name, *path), way, gives=gives)


def _shared(flow: Flow) -> Iterable[tuple[str, Path, str]]:
    """(target, path, name) of what the flow has for every node that listens."""
    for name, command in flow.file.globals.items():
        if command.to:
            yield str(command.to), ("globals", name, "to"), name
    if flow.file.max_call.to:
        yield str(flow.file.max_call.to), ("max_call", "to"), "max_call"
    for kind in ("no_input", "no_match"):
        for index, reaction in enumerate(getattr(flow.file, kind)):
            if reaction.to:
                yield str(reaction.to), (kind, index, "to"), f"{kind} {index + 1}"


def _is_replaced(node: Listening, way: str) -> bool:
    kind = way.split(" ")[0]
    if kind in ("no_input", "no_match"):
        return node.reacts_itself(kind)
    return way in node.without


def way_name(path: Path) -> str:
    """What a way is called, from where it stands in its node."""
    match path:
        case ("when", int(index), *_):
            return f"if {index + 1}"
        case (("no_input" | "no_match") as kind, int(index), *_):
            return f"{kind} {index + 1}"
        case ("choices" | "outcomes" | "exits" | "arms", str(name), *_):
            return name
        case ("keys", str(key)):
            return f"keys {key}"
        case ("on_error",):
            return "error"
        case _:
            words = [str(part) for part in path if part != "to"]
            return " ".join(words) or "to"


def targets(ways: Mapping[str, Iterable[Way]], *, with_errors: bool = True) -> dict[str, set[str]]:
    """Node -> nodes that may follow."""
    return {
        name: {way.target for way in out if with_errors or way.path[-1] != "on_error"}
        for name, out in ways.items()
    }


def reachable(graph: Mapping[str, Iterable[str]], starts: Iterable[str]) -> frozenset[str]:
    """Nodes that can be reached from `starts`, these included."""
    return all_from(starts, lambda name: graph.get(name, ()))


def backwards(graph: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Node -> nodes that it may follow."""
    back: dict[str, set[str]] = {name: set() for name in graph}
    for name, followers in graph.items():
        for follower in followers:
            back.setdefault(follower, set()).add(name)
    return back

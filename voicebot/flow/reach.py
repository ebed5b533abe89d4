"""Where the nodes of a flow lead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from voicebot.flow.base import NodeName, marked
from voicebot.flow.model import FlowFile


class Reach:
    """Of one flow file; each answer is found once."""

    def __init__(self, file: FlowFile[Any]) -> None:
        self._file = file
        self._outside: dict[str, frozenset[str]] = {}
        self._digressions: dict[str, frozenset[str]] = {}

    @cached_property
    def links(self) -> Mapping[str, frozenset[str]]:
        """Node -> every node of this flow that may follow, by whatever way."""
        file = self._file
        everywhere = _nodes_in((file.globals, file.no_input, file.no_match))
        if file.on_error is not None:
            everywhere |= {str(file.on_error)}
        return {name: everywhere | _nodes_in(node) for name, node in file.nodes.items()}

    def outside(self, node: str) -> frozenset[str]:
        """Nodes that a call can come to without passing `node`: it does not loop over these."""
        if node not in self._outside:
            begins = [str(self._file.start), *_ways_of_commands(self._file)]
            found = all_from(begins, lambda name: () if name == node else self.links.get(name, ()))
            self._outside[node] = found - {node}
        return self._outside[node]

    def digression(self, command: str) -> frozenset[str]:
        """Nodes that a global command leads to, up to those that end a digression."""
        if command not in self._digressions:
            known = self._file.globals.get(command)
            begins = [str(known.to)] if known is not None and known.to else []
            found = all_from(begins, self._within_digression)
            self._digressions[command] = found.intersection(self._file.nodes)
        return self._digressions[command]

    def _within_digression(self, name: str) -> Iterable[str]:
        node = self._file.nodes.get(name)
        return () if node is None or node.resumes else _nodes_in(node)


def _nodes_in(part: object) -> frozenset[str]:
    """Nodes that a part of the file names."""
    return frozenset(str(value) for _, value in marked(part) if isinstance(value, NodeName))


def _ways_of_commands(file: FlowFile[Any]) -> list[str]:
    return [str(command.to) for command in file.globals.values() if command.to]


def all_from(begins: Iterable[str], nexts: Callable[[str], Iterable[str]]) -> frozenset[str]:
    """Whatever can be come to, step by step."""
    found: set[str] = set()
    waiting = list(begins)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += nexts(name)
    return frozenset(found)

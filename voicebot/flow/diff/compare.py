"""Two versions side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from voicebot.flow.base import NodeName, Path, PromptRef, marked
from voicebot.flow.diff.changes import Change, What
from voicebot.flow.diff.renames import flat, renames
from voicebot.flow.flow import Flow, Node
from voicebot.flow.listening import Listening
from voicebot.flow.ways import way_name

_INHERITED = ("timing", "confidence", "barge_in")
"""Compared by what counts in the end."""
_APART = ("nodes", "prompts", *_INHERITED)


@dataclass(frozen=True)
class _Side:
    flow: Flow
    data: Mapping[str, Any]
    """As it is written, before `${env:...}` is filled in."""

    @property
    def nodes(self) -> Mapping[str, Any]:
        return dict(self.data["nodes"])

    @cached_property
    def prompts(self) -> Mapping[str, Any]:
        return flat(self.data.get("prompts") or {})


def changes(
    old: Flow, old_data: Mapping[str, Any], new: Flow, new_data: Mapping[str, Any]
) -> list[Change]:
    """All that changed; the data are the files as they are written."""
    before, after = _Side(old, old_data), _Side(new, new_data)
    renamed = renames(before.nodes, after.nodes)
    found = [*_nodes(before, after, renamed), *_flow_ways(before, after, renamed)]
    pairs = [(renamed.get(n, n), n) for n in before.nodes if renamed.get(n, n) in after.nodes]
    for name, was in pairs:
        one, other = (old.nodes[was], before.nodes[was]), (new.nodes[name], after.nodes[name])
        found += _node(name, one, other, renamed)
    found += _texts(What.PROMPT, "", before.prompts, after.prompts)
    found += _properties(old, new, pairs)
    found += _texts(What.SETTING, "", _settings(before), _settings(after))
    return sorted(found, key=lambda one: list(What).index(one.what))


def _nodes(before: _Side, after: _Side, renamed: Mapping[str, str]) -> Iterator[Change]:
    for name, node in before.nodes.items():
        now = renamed.get(name, name)
        if now not in after.nodes:
            yield Change(What.NODE, name, str(node.get("kind")), before=name)
        elif now != name:
            yield Change(What.NODE, now, str(node.get("kind")), name, now)
    kept = {renamed.get(name, name) for name in before.nodes}
    for name, node in after.nodes.items():
        if name not in kept:
            yield Change(What.NODE, name, str(node.get("kind")), after=name)


# ---------------------------------------------------------------- one node


def _node(
    name: str,
    old: tuple[Node, Mapping[str, Any]],
    new: tuple[Node, Mapping[str, Any]],
    renamed: Mapping[str, str],
) -> Iterator[Change]:
    ways = [_ways(node) for node in (old[0], new[0])]
    moved = {path: (way, renamed.get(to, to)) for path, (way, to) in ways[0].items()}
    yield from _of_ways(name, moved, ways[1])
    yield from _texts(What.PROMPT, name, _prompts(old[0]), _prompts(new[0]))
    settings = [_rest(node, data) for node, data in (old, new)]
    yield from _texts(What.SETTING, name, *settings)


def _ways(node: Node) -> dict[Path, tuple[str, str]]:
    found = {p: str(v) for p, v in marked(node) if isinstance(v, NodeName)}
    return {path: (way_name(path), to) for path, to in found.items()}


def _of_ways(
    node: str, old: Mapping[Path, tuple[str, str]], new: Mapping[Path, tuple[str, str]]
) -> Iterator[Change]:
    for path in dict.fromkeys([*old, *new]):
        before, after = old.get(path), new.get(path)
        if before != after:
            name = (after or before or ("", ""))[0]
            yield Change(
                What.WAY, node, name, before[1] if before else "", after[1] if after else ""
            )


def _prompts(node: Node) -> dict[str, str]:
    """What the node says, by the field that says it: ids, or the words themselves."""
    found: dict[str, list[str]] = {}
    for path, value in marked(node):
        if isinstance(value, PromptRef):
            words = path[:-1] if isinstance(path[-1], int) else path
            found.setdefault(".".join(map(str, words)), []).append(str(value))
    return {name: " + ".join(texts) for name, texts in found.items()}


def _rest(node: Node, data: Mapping[str, Any]) -> dict[str, Any]:
    """What is neither a way nor a prompt nor inherited."""
    said = {path for path, v in marked(node) if isinstance(v, PromptRef | NodeName)}
    apart = {".".join(map(str, path)) for path in said}
    apart |= {".".join(map(str, path[:-1])) for path in said if path[-1] == 0}
    return {
        name: value
        for name, value in flat(data).items()
        if name not in apart and name.split(".")[0] not in _INHERITED
    }


# ---------------------------------------------------------------- the whole flow


def _flow_ways(before: _Side, after: _Side, renamed: Mapping[str, str]) -> Iterator[Change]:
    def ways(side: _Side) -> dict[Path, tuple[str, str]]:
        return {
            path: (_shared_name(path), str(value))
            for path, value in marked(side.flow.file)
            if isinstance(value, NodeName) and path[0] != "nodes"
        }

    old = {path: (name, renamed.get(to, to)) for path, (name, to) in ways(before).items()}
    yield from _of_ways("", old, ways(after))


def _shared_name(path: Path) -> str:
    return str(path[1]) if path[0] == "globals" else way_name(path)


def _settings(side: _Side) -> dict[str, Any]:
    rest = {key: value for key, value in side.data.items() if key not in _APART}
    ways = {
        ".".join(map(str, path))
        for path, value in marked(side.flow.file)
        if isinstance(value, NodeName) and path[0] != "nodes"
    }
    return {name: value for name, value in flat(rest).items() if name not in ways}


def _texts(
    what: What, node: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        before, after = (_shown(side[name]) if name in side else "" for side in (old, new))
        if before != after:
            yield Change(what, node, name, before, after)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


# ---------------------------------------------------------------- what is inherited


def _properties(old: Flow, new: Flow, pairs: list[tuple[str, str]]) -> list[Change]:
    """By what counts in the end, wherever it is written."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for name, was in pairs:
        before, after = _effective(old, old.nodes[was]), _effective(new, new.nodes[name])
        for key in dict.fromkeys([*before, *after]):
            values = (before.get(key, "unset"), after.get(key, "unset"))
            if before and after and values[0] != values[1]:
                found.setdefault((key, *values), []).append(name)
    return [
        replace(Change(What.PROPERTY, "", key, before, after), nodes=tuple(nodes))
        for (key, before, after), nodes in found.items()
    ]


def _effective(flow: Flow, node: Node) -> dict[str, str]:
    """The properties of a node that listens, as they come out of flow, node and system."""
    if not isinstance(node, Listening):
        return {}
    timing = asdict(node.timing.over(flow.timing))
    accept, confirm = node.bands(flow)
    barge_in = flow.file.barge_in if node.barge_in is None else node.barge_in
    values = {"accept": f"{accept:g}", "confirm": f"{confirm:g}", "barge_in": str(barge_in)}
    for name, value in timing.items():
        is_time = name.endswith("_ms")
        values[name.removesuffix("_ms")] = f"{value} ms" if is_time else f"{value:g}"
    return values

"""What holds for a node in the end, and where each of its properties comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from voicebot.flow.base import Path
from voicebot.flow.flow import Flow
from voicebot.flow.knowledge.property import KnowledgeModel
from voicebot.flow.listening import Listening
from voicebot.flow.properties import Reaction, TimingModel


@dataclass(frozen=True, slots=True)
class Effective:
    """One property of a node."""

    name: str
    """As it is written, with dots: `timing.no_input`."""
    value: str
    origin: str
    """`node`, `flow` or `system`."""
    path: Path = ()
    """Where it is written; empty for the system's."""


def effective(flow: Flow, name: str) -> list[Effective]:
    """The inherited properties of a node, nearest first. Raises `KeyError` for no node."""
    node = flow.nodes[name]
    found = list(_levels(flow, name)) if isinstance(node, Listening) else []
    if not isinstance(node, Listening) and "barge_in" in type(node).model_fields:
        found.append(_barge_in(flow, name))
    own = getattr(node, "on_error", None)
    value = own or flow.file.on_error
    if value is not None:
        where: Path = ("nodes", name, "on_error") if own else ("on_error",)
        found.append(Effective("on_error", str(value), "node" if own else "flow", where))
    return found


def _levels(flow: Flow, name: str) -> Iterator[Effective]:
    node = flow.nodes[name]
    assert isinstance(node, Listening)
    levels = (("node", ("nodes", name), node), ("flow", (), flow.file))
    system = asdict(flow.settings.timing)
    for key in TimingModel.model_fields:
        default = system.get(f"{key}_ms", system.get(key))
        unit = "ms" if f"{key}_ms" in system else ""
        yield _nearest(levels, "timing", key, default, unit)
    for key in ("accept", "confirm"):
        yield _nearest(levels, "confidence", key, getattr(flow.settings, key), "")
    yield from _answers(flow, name)
    yield _barge_in(flow, name)
    yield _terminators(flow, name)
    for kind in ("no_input", "no_match"):
        yield _reactions(flow, name, kind)
    for command, its in flow.globals.items():
        if command not in node.without:
            where: Path = ("globals", command) if command in flow.file.globals else ()
            text = f"key {its.key}" if its.key else "by voice"
            target = f"{text}, to {its.to}" if its.to else text
            target += " and back" if its.returns else ""
            yield Effective(f"globals.{command}", target, "flow" if where else "system", where)


def _answers(flow: Flow, name: str) -> Iterator[Effective]:
    """Where answers come from, and how sure the bot must be of them."""
    known = getattr(flow.nodes[name], "knowledge", None)
    if not isinstance(known, KnowledgeModel):
        return
    where: Path = ("nodes", name, "knowledge")
    yield Effective("knowledge.base", ", ".join(known.base), "node", where)
    usual = asdict(flow.settings.answers)
    for key in ("answer", "margin", "clarify"):
        own = getattr(known, key)
        if own is None:
            yield Effective(f"knowledge.{key}", _written(usual[key], ""), "system")
        else:
            yield Effective(f"knowledge.{key}", _written(own, ""), "node", (*where, key))


def _nearest(
    levels: tuple[tuple[str, Path, Any], ...], group: str, key: str, default: Any, unit: str
) -> Effective:
    for origin, path, holder in levels:
        value = getattr(getattr(holder, group), key)
        if value is not None:
            where = (*path, group, key)
            return Effective(f"{group}.{key}", _written(value, unit), origin, where)
    return Effective(f"{group}.{key}", _written(default, unit), "system")


def _barge_in(flow: Flow, name: str) -> Effective:
    own = getattr(flow.nodes[name], "barge_in", None)
    if own is not None:
        return Effective("barge_in", str(own), "node", ("nodes", name, "barge_in"))
    is_given = "barge_in" in flow.file.model_fields_set
    where: Path = ("barge_in",) if is_given else ()
    return Effective("barge_in", str(flow.file.barge_in), "flow" if is_given else "system", where)


def _terminators(flow: Flow, name: str) -> Effective:
    own, shared = getattr(flow.nodes[name], "terminators", None), flow.file.terminators
    if own is not None:
        return Effective("terminators", own or "none", "node", ("nodes", name, "terminators"))
    if shared is not None:
        return Effective("terminators", shared or "none", "flow", ("terminators",))
    return Effective("terminators", flow.terminators, "system")


def _reactions(flow: Flow, name: str, kind: str) -> Effective:
    node = flow.nodes[name]
    assert isinstance(node, Listening)
    own, shared = getattr(node, kind), getattr(flow.file, kind)
    if own:
        return Effective(kind, _steps(own), "node", ("nodes", name, kind))
    if node.reacts_itself(kind):
        way = {"no_input": "no_input", "no_match": "not_found"}[kind]
        return Effective(kind, f"built-in words once, then outcomes.{way}", "system")
    if shared:
        return Effective(kind, _steps(shared), "flow", (kind,))
    return Effective(kind, "built-in words twice, then on_error", "system")


def _steps(reactions: tuple[Reaction, ...]) -> str:
    return "; ".join(_step(reaction) for reaction in reactions)


def _step(reaction: Reaction) -> str:
    parts = [" ".join(reaction.prompt)[:40]] if reaction.prompt else []
    parts += ["repeat"] if reaction.repeat else []
    parts += [f"to {reaction.to}"] if reaction.to else []
    return ", ".join(parts) or "repeat"


def _written(value: Any, unit: str) -> str:
    if unit != "ms":
        return f"{value:g}" if isinstance(value, int | float) else str(value)
    return f"{value}ms" if value % 1000 else f"{value // 1000}s"

"""Flows that call each other: read together, and linked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path as FilePath

from voicebot.flow.base import FlowName, marked
from voicebot.flow.document import read_document
from voicebot.flow.files import flow_files
from voicebot.flow.flow import Flow
from voicebot.flow.loader.reading import ReadFlow, read_flow, with_bases
from voicebot.flow.properties import FlowSettings
from voicebot.flow.report import Surroundings


def read_flows(
    files: Sequence[FilePath],
    around: Surroundings,
    settings: FlowSettings | None = None,
    environment: Mapping[str, str] | None = None,
) -> list[ReadFlow]:
    """Read files that belong together: their flows may call each other, and those of other files
    in the same folders that they name."""
    env = environment or {}
    around = with_bases(around, [path.parent for path in files])
    read = [read_flow(read_document(path), around, settings, env) for path in files]
    others = _named_beside(read, files, around, settings, env)
    library = {one.flow.name: one.flow for one in (*others, *read) if one.flow is not None}
    together = linked(library)
    return [replace(one, flow=_own(one.flow, together)) for one in read]


def _own(flow: Flow | None, together: Mapping[str, Flow]) -> Flow | None:
    """The flow as it is linked; of two that have one name, only the last is."""
    found = together.get(flow.name) if flow else None
    return found if found is not None and flow is not None and found.file is flow.file else flow


def _named_beside(
    read: Sequence[ReadFlow],
    files: Sequence[FilePath],
    around: Surroundings,
    settings: FlowSettings | None,
    env: Mapping[str, str],
) -> list[ReadFlow]:
    """Files beside those, if flows are named that are not among them."""
    names = {one.flow.name for one in read if one.flow is not None}
    wanted = {name for one in read if one.flow is not None for name in flows_named(one.flow)}
    if wanted <= names:
        return []
    known = {path.resolve() for path in files}
    beside = {one for path in known for one in flow_files(path.parent)} - known
    return [read_flow(read_document(path), around, settings, env) for path in sorted(beside)]


def flows_named(flow: Flow) -> set[str]:
    """Flows that a flow calls or goes to."""
    return {str(value) for _, value in marked(flow.file) if isinstance(value, FlowName)}


def linked(library: Mapping[str, Flow]) -> dict[str, Flow]:
    """The flows with each other as their library. The version of one that names others stands for
    all that it may come to, so that a call is pinned to all of it."""
    found: dict[str, Flow] = {}
    for name, flow in library.items():
        within = _closure(flow, library)
        version = flow.version
        if len(within) > 1:
            parts = [version, *sorted(f"{n} {library[n].version}" for n in within if n != name)]
            version = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        reads = any(_reads_customer(library[n]) for n in within)
        found[name] = replace(flow, version=version, library=found, reads_customer=reads)
    return found


def _reads_customer(flow: Flow) -> bool:
    """In an expression, a text, or by the language that callers are greeted in."""
    return len(flow.translations) > 1 or "customer." in flow.file.model_dump_json()


def _closure(flow: Flow, library: Mapping[str, Flow]) -> set[str]:
    found: set[str] = set()
    waiting = [flow.name]
    while waiting:
        name = waiting.pop()
        if name not in found and name in library:
            found.add(name)
            waiting += flows_named(library[name])
    return found

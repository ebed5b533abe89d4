"""From a folder of files to flows that are ready to serve, or to every problem at once."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from voicebot.core.errors import ConfigError, Problem, Severity
from voicebot.flow.document import Document, read_document
from voicebot.flow.kinds import AnyNode
from voicebot.flow.model import FlowFile
from voicebot.flow.problems import problems_of
from voicebot.flow.properties import FlowSettings
from voicebot.flow.report import Surroundings
from voicebot.flow.state import Flow
from voicebot.flow.validate import validate

_FILE = FlowFile[AnyNode]
_ENV = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


@dataclass(frozen=True)
class Flows:
    """Every flow of a folder, checked."""

    flows: Mapping[str, Flow]
    warnings: tuple[Problem, ...] = ()

    def get(self, name: str) -> Flow:
        """By name. Raises `KeyError`."""
        return self.flows[name]

    def names(self) -> list[str]:
        """Sorted."""
        return sorted(self.flows)


def load_flows(
    folder: FilePath | str,
    *,
    queues: Collection[str] | None = None,
    destinations: Collection[str] | None = None,
    settings: FlowSettings | None = None,
    environment: Mapping[str, str] | None = None,
) -> Flows:
    """Load every `*.yaml` of a folder.

    `queues` and `destinations` are the configured names; None leaves them unchecked.
    `environment` fills `${env:NAME}`; the process's own if None. Raises `ConfigError` with every
    problem of every file.
    """
    folder = FilePath(folder)
    files = sorted(path for path in folder.glob("*.y*ml") if path.suffix in (".yaml", ".yml"))
    if not files:
        raise ConfigError([Problem(str(folder), 0, 0, "no-flows", "there is no flow here")])
    return _load(files, Surroundings(queues, destinations), settings, environment)


def load_file(
    path: FilePath | str,
    *,
    queues: Collection[str] | None = None,
    destinations: Collection[str] | None = None,
    settings: FlowSettings | None = None,
    environment: Mapping[str, str] | None = None,
) -> Flow:
    """Load one file; as `load_flows`."""
    around = Surroundings(queues, destinations)
    (flow,) = _load([FilePath(path)], around, settings, environment).flows.values()
    return flow


def _load(
    files: list[FilePath],
    around: Surroundings,
    settings: FlowSettings | None,
    environment: Mapping[str, str] | None,
) -> Flows:
    env = os.environ if environment is None else environment
    flows: dict[str, Flow] = {}
    problems: list[Problem] = []
    for path in files:
        flow, found = check_document(read_document(path), around, settings, env)
        problems += found
        if flow is None:
            continue
        if flow.name in flows:
            problems.append(
                Problem(path.name, 1, 1, "duplicate-flow", f"there is another flow {flow.name}")
            )
        flows[flow.name] = flow
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise ConfigError(sorted(problems))
    return Flows(flows, tuple(sorted(problems)))


def check_document(
    document: Document,
    around: Surroundings,
    settings: FlowSettings | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[Flow | None, list[Problem]]:
    """The flow (None where it cannot be read at all) and all its problems."""
    if not isinstance(document.data, dict):
        if not document.problems:
            document.add((), "no-flow", "a flow begins with `flow: name`")
        return None, document.problems
    version = content_hash(document.data)
    data = _fill_env(document.data, environment or {}, document, ())
    try:
        file = _FILE.model_validate(data)
    except ValidationError as error:
        found = [
            *problems_of(error, document, _FILE),
            *_missing_beside(error, data, document, around),
        ]
        return None, _located([*document.problems, *found], document)
    flow = Flow(file, version, settings or FlowSettings())
    return flow, _located([*document.problems, *validate(flow, document, around)], document)


def _missing_beside(
    error: ValidationError, data: dict[str, Any], document: Document, around: Surroundings
) -> list[Problem]:
    """Names that do not exist in a file whose shape is wrong elsewhere, so that one look at the
    list mends them all: keys that are unknown are left out, and a broken node ends the call."""
    mended = {**data, "nodes": data.get("nodes")}
    for item in error.errors(include_url=False, include_input=False):
        loc = item["loc"]
        if loc[0] == "nodes" and len(loc) > 1 and isinstance(mended["nodes"], dict):
            mended["nodes"] = {**mended["nodes"], loc[1]: {"kind": "hangup"}}
        elif len(loc) == 1 and item["type"] == "extra_forbidden":
            mended.pop(str(loc[0]), None)
    try:
        flow = Flow(_FILE.model_validate(mended), "", FlowSettings())
    except ValidationError:
        return []
    found = validate(flow, replace(document, problems=[]), around)
    return [problem for problem in found if problem.code.startswith("missing-")]


def content_hash(data: Any) -> str:
    """SHA-256 of the content; comments, quoting and layout do not count, order does."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _fill_env(value: Any, env: Mapping[str, str], document: Document, path: Any) -> Any:
    if isinstance(value, dict):
        return {k: _fill_env(v, env, document, (*path, k)) for k, v in value.items()}
    if isinstance(value, list):
        return [_fill_env(v, env, document, (*path, i)) for i, v in enumerate(value)]
    if not isinstance(value, str):
        return value

    def known(found: re.Match[str]) -> str:
        text = env.get(found[1], found[2])
        if text is None:
            hint = f"set it, or write ${{env:{found[1]}:-DEFAULT}}"
            document.add(path, "missing-env", f"{found[1]} is not set in the environment", hint)
        return text or ""

    return _ENV.sub(known, value)


def _located(problems: list[Problem], document: Document) -> list[Problem]:
    """With the node that a problem's line is in."""
    nodes = document.data.get("nodes") if isinstance(document.data, dict) else None
    names = list(nodes) if isinstance(nodes, dict) else []
    starts = sorted((document.place(("nodes", name))[0], name) for name in names)
    return sorted({_with_node(problem, starts) for problem in problems})


def _with_node(problem: Problem, starts: list[tuple[int, str]]) -> Problem:
    before = [name for line, name in starts if line <= problem.line]
    return replace(problem, node=before[-1]) if before and not problem.node else problem

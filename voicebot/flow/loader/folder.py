"""Every flow of a folder, or of one file, checked."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from voicebot.core.errors import ConfigError, Problem, Severity
from voicebot.flow.files import flow_files
from voicebot.flow.flow import Flow
from voicebot.flow.loader.reading import ReadFlow, with_bases
from voicebot.flow.loader.together import read_flows
from voicebot.flow.properties import FlowSettings
from voicebot.flow.report import Surroundings


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
    files = flow_files(folder) if folder.is_dir() else []
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
    around = with_bases(around, [file.parent for file in files])
    return checked(read_flows(files, around, settings, env), around)


def checked(read: Sequence[ReadFlow], around: Surroundings) -> Flows:
    """What was read and linked, with every warning. Raises `ConfigError` with every problem."""
    problems = [problem for one in read for problem in one.check(around)]
    problems += around.base_problems
    flows: dict[str, Flow] = {}
    for one in read:
        if one.flow is None:
            continue
        if one.flow.name in flows:
            message = f"there is another flow {one.flow.name}"
            problems.append(Problem(one.document.file, 1, 1, "duplicate-flow", message))
        flows[one.flow.name] = one.flow
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise ConfigError(sorted(problems))
    return Flows(flows, tuple(sorted(problems)))

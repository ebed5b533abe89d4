"""From a folder of files to flows that are ready to serve, or to every problem at once."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from voicebot.core.errors import ConfigError, Problem, Severity
from voicebot.flow.base import FlowName, marked
from voicebot.flow.document import Document, read_document
from voicebot.flow.files import flow_files
from voicebot.flow.flow import Flow
from voicebot.flow.kinds import AnyNode
from voicebot.flow.knowledge.entities import expanded
from voicebot.flow.knowledge.folder import read_bases
from voicebot.flow.lints.translations import check_translations
from voicebot.flow.localizing import Localized, languages_of, localize
from voicebot.flow.model import FlowFile
from voicebot.flow.problems import problems_of
from voicebot.flow.properties import FlowSettings
from voicebot.flow.report import Report, Surroundings
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


def with_bases(around: Surroundings, folders: Iterable[FilePath]) -> Surroundings:
    """With the knowledge bases beside the flows of some folders, where none were given."""
    if around.bases is not None:
        return around
    read = read_bases(folders)
    return replace(around, bases=read.bases, base_problems=read.problems)


@dataclass(frozen=True)
class ReadFlow:
    """A file that was read and is not checked yet."""

    document: Document
    flow: Flow | None
    """None where its shape is wrong."""
    problems: tuple[Problem, ...] = ()
    """Of its shape."""
    others: Mapping[str, Localized] = field(default_factory=dict)
    """The file in its further languages."""

    def check(self, around: Surroundings) -> list[Problem]:
        """All its problems."""
        found = list(self.problems)
        if self.flow is not None:
            found += [*self.document.problems, *validate(self.flow, self.document, around)]
            for language, localized in self.others.items():
                flow = self.flow.in_language(language)
                report = Report(flow, localized.document, around)
                check_translations(report, self.flow, localized)
                found += [*validate(flow, localized.document, around), *report.problems]
        return _located(found, self.document)


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


def check_document(
    document: Document,
    around: Surroundings,
    settings: FlowSettings | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[Flow | None, list[Problem]]:
    """The flow (None where it cannot be read at all) and all its problems; read alone, so that
    other flows that it names are not looked for."""
    one = read_flow(document, around, settings, environment or {})
    return one.flow, one.check(around)


def read_flow(
    document: Document,
    around: Surroundings,
    settings: FlowSettings | None,
    environment: Mapping[str, str],
) -> ReadFlow:
    """Read one document, without a look at what it names."""
    if not isinstance(document.data, dict):
        if not document.problems:
            document.add((), "no-flow", "a flow begins with `flow: name`")
        return ReadFlow(document, None, tuple(document.problems))
    version = content_hash(document.data)
    languages = languages_of(document.data)
    views = {language: localize(document, language) for language in languages}
    main = views[languages[0]].document if views else document
    if views and document.data.get("language", languages[0]) != languages[0]:
        message = f"calls begin in {languages[0]}, the first of `languages`"
        document.add(("language",), "bad-value", message, "leave `language` out")
    found: list[Problem] = []
    files = {
        language: _file_of(view.document, around, environment, found)
        for language, view in views.items()
    } or {"": _file_of(document, around, environment, found)}
    file = next(iter(files.values()))
    whole = {language: one for language, one in files.items() if one is not None}
    if file is None or len(whole) < len(files):
        return ReadFlow(main, None, (*document.problems, *found))
    translations = whole if views else {}
    flow = Flow(
        file,
        version,
        _settings(settings, around),
        bases=around.bases or {},
        translations=translations,
    )
    others = {language: view for language, view in views.items() if language != languages[0]}
    return ReadFlow(main, flow, others=others)


def _settings(settings: FlowSettings | None, around: Surroundings) -> FlowSettings:
    """The system's, with the calendars of the configuration."""
    settings = settings or FlowSettings()
    if around.answers is not None:
        settings = replace(settings, answers=around.answers)
    if around.customers is not None:
        settings = replace(settings, customers=around.customers)
    if not around.calendars:
        return settings
    return replace(settings, calendars={**around.calendars, **settings.calendars})


def _file_of(
    document: Document,
    around: Surroundings,
    environment: Mapping[str, str],
    problems: list[Problem],
) -> FlowFile[Any] | None:
    """A document of one language as a flow file; None where its shape is wrong."""
    data = _fill_env(document.data, environment, document, ())
    data = expanded(data, around.bases or {}, document)
    try:
        return _FILE.model_validate(data)
    except ValidationError as error:
        problems += problems_of(error, document, _FILE)
        problems += _missing_beside(error, data, document, around)
        return None


def _missing_beside(
    error: ValidationError, data: dict[str, Any], document: Document, around: Surroundings
) -> list[Problem]:
    """Names that do not exist in a file whose shape is wrong elsewhere, so that one look at the
    list mends them all: keys that are unknown are left out, and a broken node ends the call."""
    mended = {**data, "nodes": data.get("nodes")}
    for item in error.errors(include_url=False, include_input=False):
        loc = item["loc"]
        if len(loc) > 1 and loc[0] == "nodes" and isinstance(mended["nodes"], dict):
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

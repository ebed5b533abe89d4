"""One document, read as a flow and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from voicebot.core.errors import Problem
from voicebot.flow.document import Document
from voicebot.flow.flow import Flow
from voicebot.flow.kinds import AnyNode
from voicebot.flow.knowledge.entities import expanded
from voicebot.flow.knowledge.folder import read_bases
from voicebot.flow.lints.translations import check_translations
from voicebot.flow.loader.content import content_hash, filled
from voicebot.flow.localizing import Localized, languages_of, localize
from voicebot.flow.model import FlowFile
from voicebot.flow.problems import problems_of
from voicebot.flow.properties import FlowSettings
from voicebot.flow.report import Report, Surroundings
from voicebot.flow.validate import validate

_FILE = FlowFile[AnyNode]


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
            found += self.document.problems
            found += validate(Report(self.flow, self.document, around))
            for language, localized in self.others.items():
                report = Report(self.flow.in_language(language), localized.document, around)
                check_translations(report, self.flow, localized)
                found += validate(report)
        return _located(found, self.document)


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
    views = {language: localize(document, language) for language in languages_of(document.data)}
    _check_first_language(document, views)
    found: list[Problem] = []
    documents = {name: view.document for name, view in views.items()} or {"": document}
    files = {name: _file_of(one, around, environment, found) for name, one in documents.items()}
    (first, main), *_ = documents.items()
    whole = {name: file for name, file in files.items() if file is not None}
    if len(whole) < len(files):
        return ReadFlow(main, None, (*document.problems, *found))
    flow = Flow(
        whole[first],
        version,
        _settings(settings, around),
        bases=around.bases or {},
        translations=whole if views else {},
    )
    return ReadFlow(main, flow, others={n: view for n, view in views.items() if n != first})


def _check_first_language(document: Document, views: Mapping[str, Localized]) -> None:
    first = next(iter(views), "")
    if views and document.data.get("language", first) != first:
        message = f"calls begin in {first}, the first of `languages`"
        document.add(("language",), "bad-value", message, "leave `language` out")


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
    data = filled(document.data, environment, document, ())
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
    found = validate(Report(flow, replace(document, problems=[]), around))
    return [problem for problem in found if problem.code.startswith("missing-")]


def _located(problems: list[Problem], document: Document) -> list[Problem]:
    """With the node that a problem's line is in."""
    nodes = document.data.get("nodes") if isinstance(document.data, dict) else None
    names = list(nodes) if isinstance(nodes, dict) else []
    starts = sorted((document.place(("nodes", name))[0], name) for name in names)
    return sorted({_with_node(problem, starts) for problem in problems})


def _with_node(problem: Problem, starts: list[tuple[int, str]]) -> Problem:
    before = [name for line, name in starts if line <= problem.line]
    return replace(problem, node=before[-1]) if before and not problem.node else problem

"""Flow files checked one by one, with every problem of every file: what editors and scripts ask.

Nothing is raised for a wrong flow; `loader.load_flows` is for those that want to serve them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

from voicebot.core.errors import Problem, Severity
from voicebot.flow.flow import Flow
from voicebot.flow.loader import ReadFlow, read_flows, with_bases
from voicebot.flow.properties import FlowSettings
from voicebot.flow.report import Surroundings


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """One file and all that is wrong with it."""

    path: FilePath
    name: str
    """The flow's name as the file has it; empty where it cannot be told."""
    flow: Flow | None
    """None where the file's shape is wrong."""
    problems: tuple[Problem, ...]
    """Sorted by place; their `file` is the path as it was given."""

    @property
    def is_fit(self) -> bool:
        """Whether it may serve: there is no error, only warnings perhaps."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)


def check_files(
    files: Iterable[FilePath],
    around: Surroundings,
    settings: FlowSettings | None = None,
    environment: Mapping[str, str] | None = None,
) -> list[CheckedFile]:
    """Check files that belong together: their flows may call each other, and no two may have one
    name. A file that cannot be read is a problem, too: `unreadable`."""
    files = list(files)
    around = with_bases(around, [file.parent for file in files])
    checked: list[CheckedFile] = []
    seen: dict[str, FilePath] = {}
    for path, read in zip(files, read_flows(files, around, settings, environment), strict=True):
        one = _checked(path, read, around)
        if one.name and one.name in seen:
            message = f"there is another flow {one.name}"
            hint = f"it is in {seen[one.name]}; one of them needs another name"
            twice = Problem(str(path), 1, 1, "duplicate-flow", message, hint)
            one = replace(one, problems=(twice, *one.problems))
        seen.setdefault(one.name, path)
        checked.append(one)
    return [*checked, *_of_bases(around.base_problems)]


def _of_bases(problems: Iterable[Problem]) -> Iterable[CheckedFile]:
    """The knowledge bases beside the flows that have mistakes."""
    by_file: dict[str, list[Problem]] = {}
    for problem in problems:
        by_file.setdefault(problem.file, []).append(problem)
    for file, found in by_file.items():
        yield CheckedFile(FilePath(file), "", None, tuple(found))


def _checked(path: FilePath, read: ReadFlow, around: Surroundings) -> CheckedFile:
    data = read.document.data
    name = data.get("flow") if isinstance(data, dict) else None
    problems = tuple(replace(problem, file=str(path)) for problem in read.check(around))
    return CheckedFile(path, name if isinstance(name, str) else "", read.flow, problems)

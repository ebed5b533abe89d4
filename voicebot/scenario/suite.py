"""Many scenarios: found beside their flows, run, and summed up."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from voicebot.core.errors import ConfigError, Problem
from voicebot.flow.anywhere import Anywhere
from voicebot.flow.document import Document, read_document
from voicebot.flow.files import SUFFIXES, flow_files
from voicebot.flow.loader import Flows, load_flows
from voicebot.nlu import NluSettings
from voicebot.scenario.coverage import Coverage, Move, coverage_of
from voicebot.scenario.run import COMMON, Rehearsal, Result

TESTS = "tests"
"""The folder beside flows that holds their scenarios."""
_LEAST_A_PROCESS = 8
"""So many scenarios are worth a process of their own."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One scenario, and the folder of the flows that it may call."""

    path: Path
    folder: Path


@dataclass(slots=True)
class Outcome:
    """What came of all of them."""

    results: list[Result] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def failed(self) -> int:
        """How many are not as they should be."""
        return sum(not result.ok for result in self.results)

    @property
    def percent(self) -> float:
        """The least coverage of a flow."""
        return min((one.percent for one in self.coverage), default=100.0)


def run_suite(
    paths: Sequence[Path], *, jobs: int = 0, understanding: NluSettings | None = None
) -> Outcome:
    """Run what the paths stand for: scenarios, flow files, or folders of either. Raises
    `ConfigError` where a flow does not check, there is no scenario, or a trained model of
    `understanding` cannot be used."""
    began = time.perf_counter()
    wanted, only = _collect(paths)
    library = {folder: _load(folder) for folder in dict.fromkeys(one.folder for one in wanted)}
    results = _run_all(wanted, library, jobs or os.cpu_count() or 1, understanding)
    if only is not None:
        results = [one for one in results if _is_of(one, library, only)]
    outcome = Outcome(results)
    outcome.coverage = list(_coverage(library, results, only))
    outcome.seconds = time.perf_counter() - began
    return outcome


# ---------------------------------------------------------------- finding


def _collect(paths: Sequence[Path]) -> tuple[list[Wanted], set[Path] | None]:
    """The scenarios, and the flow files that are asked for (None: whatever they call)."""
    found: dict[Path, Wanted] = {}
    files: set[Path] = set()
    are_flows = all(path.suffix in SUFFIXES for path in paths)
    for path in paths:
        files |= {path.resolve()} if path.suffix in SUFFIXES else set()
        for wanted in _scenarios(path):
            found.setdefault(wanted.path.resolve(), wanted)
    if not found:
        names = ", ".join(str(path) for path in paths)
        hint = f"put scenarios as *.txt into {TESTS}/ beside the flows"
        raise ConfigError([Problem(names, 0, 0, "no-scenarios", "there is no scenario here", hint)])
    return list(found.values()), files if are_flows else None


def _scenarios(path: Path) -> Iterator[Wanted]:
    if not path.exists():
        raise ConfigError([Problem(str(path), 0, 0, "missing-file", "there is no such file")])
    if path.suffix in SUFFIXES:
        path = path.parent
    if path.is_file():
        yield Wanted(path, _folder_of(path.parent))
        return
    folder = _folder_of(path)
    below = path / TESTS if folder == path and (path / TESTS).is_dir() else path
    for scenario in sorted(below.rglob("*.txt")):
        if scenario.name != COMMON:
            yield Wanted(scenario, folder)


def _folder_of(folder: Path) -> Path:
    """The nearest folder that holds flows: this one, or one around it."""
    for one in (folder, *folder.resolve().parents):
        if flow_files(one):
            return one
    hint = f"scenarios are kept in {TESTS}/ beside the flow files"
    raise ConfigError([Problem(str(folder), 0, 0, "no-flows", "there is no flow here", hint)])


@dataclass(frozen=True, slots=True)
class Shelf:
    """The flows of one folder, and their files by the flows' names."""

    flows: Flows
    documents: Mapping[str, tuple[Path, Document]]


def _load(folder: Path) -> Shelf:
    flows = load_flows(folder, environment=Anywhere())
    documents: dict[str, tuple[Path, Document]] = {}
    for file in flow_files(folder):
        document = read_document(file)
        documents[str(document.data["flow"])] = (file, document)
    return Shelf(flows, documents)


def _is_of(result: Result, library: Mapping[Path, Shelf], files: set[Path]) -> bool:
    """Whether a scenario calls one of the files, or cannot say what it calls."""
    if not result.flow:
        return True
    file, _ = library[result.folder].documents[result.flow]
    return file.resolve() in files


# ---------------------------------------------------------------- running

_rehearsals: dict[Path, Rehearsal] = {}
"""Of this process, by folder of flows."""


def _run_all(
    wanted: list[Wanted],
    library: Mapping[Path, Shelf],
    jobs: int,
    understanding: NluSettings | None,
) -> list[Result]:
    _rehearsals.clear()
    for folder, shelf in library.items():
        _rehearsals[folder] = Rehearsal(shelf.flows, folder, understanding)
    jobs = min(jobs, len(wanted) // _LEAST_A_PROCESS)
    if jobs < 2:
        return [_run_one(one) for one in wanted]
    # Forked: the flows and all that was prepared are there already.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        return list(pool.map(_run_one, wanted, chunksize=2))


def _run_one(wanted: Wanted) -> Result:
    return _rehearsals[wanted.folder].run(wanted.path)


# ---------------------------------------------------------------- coverage


def _coverage(
    library: Mapping[Path, Shelf], results: list[Result], only: set[Path] | None
) -> Iterator[Coverage]:
    """Of every flow that was called, or asked for."""
    for folder, shelf in library.items():
        moves: list[Move] = [move for one in results if one.folder == folder for move in one.moves]
        called = {move.flow for move in moves}
        for name, (file, document) in shelf.documents.items():
            if file.resolve() in only if only is not None else name in called:
                coverage = coverage_of(shelf.flows.get(name), document, str(file))
                coverage.take(moves)
                yield coverage

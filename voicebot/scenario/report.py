"""What came of a suite: for people, for programs, and as JUnit's XML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from voicebot.scenario.coverage import Coverage
from voicebot.scenario.run import Result
from voicebot.scenario.suite import Outcome


def lines_of(outcome: Outcome, *, coverage: bool) -> Iterator[str]:
    """A line a scenario, what went otherwise, what was never walked, and the sum."""
    for result in outcome.results:
        yield from _scenario(result)
    for one in outcome.coverage:
        yield from _coverage(one, details=coverage)
    count, failed = len(outcome.results), outcome.failed
    call_s = sum(result.call_ms for result in outcome.results) / 1000
    verdict = f"{failed} of {count} failed" if failed else f"{count} passed"
    yield f"{verdict}; {call_s:.0f} s of calls in {outcome.seconds:.1f} s"


def _scenario(result: Result) -> Iterator[str]:
    verdict = "ok  " if result.ok else "FAIL"
    title = f"  {result.title}" if result.title else ""
    yield f"{verdict}  {result.path}{title}"
    for problem in result.problems:
        yield f"      {problem}"
    yield from (f"      {line}" for line in result.difference)


def _coverage(one: Coverage, *, details: bool) -> Iterator[str]:
    nodes = f"nodes {len(one.nodes) - len(one.missing_nodes())}/{len(one.nodes)}"
    ways = f"transitions {len(one.walked)}/{len(one.transitions)}"
    yield f"{one.flow}: {nodes}, {ways} ({one.percent:.1f} %)"
    if not details:
        return
    for line, node in one.missing_nodes():
        yield f"  {one.file}:{line}: no call came to {node}"
    for way in one.missing():
        source = way.node or "anywhere"
        yield f"  {one.file}:{way.line}: never walked: {source} ─{way.name}→ {way.to}"


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The same for programs; times in s and ms as the names say."""
    return {
        "scenarios": [_row(result) for result in outcome.results],
        "coverage": [_coverage_row(one) for one in outcome.coverage],
        "passed": len(outcome.results) - outcome.failed,
        "failed": outcome.failed,
        "seconds": round(outcome.seconds, 3),
    }


def _row(result: Result) -> dict[str, Any]:
    return {
        "file": str(result.path),
        "title": result.title,
        "flow": result.flow,
        "ok": result.ok,
        "problems": list(result.problems),
        "difference": list(result.difference),
        "transcript": result.came.splitlines(),
        "call_ms": result.call_ms,
        "seconds": round(result.seconds, 3),
    }


def _coverage_row(one: Coverage) -> dict[str, Any]:
    return {
        "flow": one.flow,
        "file": one.file,
        "nodes": len(one.nodes),
        "nodes_visited": len(one.nodes) - len(one.missing_nodes()),
        "transitions": len(one.transitions),
        "transitions_walked": len(one.walked),
        "percent": round(one.percent, 2),
        "missing_nodes": [{"node": node, "line": line} for line, node in one.missing_nodes()],
        "missing_transitions": [
            {"node": way.node, "name": way.name, "to": way.to, "line": way.line}
            for way in one.missing()
        ],
    }


def as_junit(outcome: Outcome) -> str:
    """JUnit's XML, as build servers read it: a test case a scenario."""
    suite = ElementTree.Element(
        "testsuite",
        name="voicebot flows test",
        tests=str(len(outcome.results)),
        failures=str(outcome.failed),
        errors="0",
        time=f"{outcome.seconds:.3f}",
    )
    for result in outcome.results:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=result.flow or "flow",
            name=result.path.stem,
            file=str(result.path),
            time=f"{result.seconds:.3f}",
        )
        if not result.ok:
            failure = ElementTree.SubElement(case, "failure", message=result.problems[0])
            failure.text = "\n".join([*result.problems, *result.difference])
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"

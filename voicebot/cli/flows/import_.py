"""Translate VoiceXML 2.1 pages into flows, and say what could not be kept.

    voicebot flows import hotline.vxml login.vxml --out my_flows
    voicebot flows import pages/*.vxml --out my_flows --json

Give all pages of an application at once, the one that calls begin with first: pages lead to each
other by their file names. Each becomes a flow file; each subdialog one that is called and comes
back. Pages from a running site can be saved with a browser or curl before.

A line a finding, `file:line: weight what (remedy)`; the weight is `note` (kept in another way),
`changed` (callers notice: look at it) or `lost` (the flow needs a hand here). Then the new files
are checked as `voicebot flows check` does it.

Exit codes: 0 translated, nothing lost; 1 translated, but something is lost or the result does not
check; 2 a page or the folder cannot be read or written.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from voicebot.core.errors import Problem, Severity
from voicebot.flow.checking import check_files
from voicebot.flow.report import Surroundings
from voicebot.flow.voicexml import Finding, Imported, Weight, translate
from voicebot.flow.voicexml.tree import MAX_BYTES


def configure(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("pages", nargs="+", type=Path, metavar="PAGE", help="VoiceXML files")
    parser.add_argument(
        "--out", type=Path, default=Path(), metavar="DIR", help="where flows go (here)"
    )
    parser.add_argument("--force", action="store_true", help="write over files that are there")
    parser.add_argument("--json", action="store_true", help="findings and problems as JSON")


def run(args: argparse.Namespace) -> int:
    """Translate, write, report."""
    try:
        pages = _read(args.pages)
        imported = translate(pages)
        files = _write(imported.flows, args.out, is_forced=args.force) if imported.flows else []
    except OSError as error:
        print(f"voicebot flows import: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"voicebot flows import: {error}", file=sys.stderr)
        return 2
    checked = check_files(files, Surroundings(), environment={})
    problems = [problem for one in checked for problem in one.problems]
    _report(imported, files, problems, as_json=args.json)
    if not files:
        return 2
    is_lost = any(finding.weight is Weight.LOST for finding in imported.findings)
    return int(is_lost or any(p.severity is Severity.ERROR for p in problems))


def _read(paths: Sequence[Path]) -> dict[str, bytes]:
    """Pages by file name. Raises `ValueError` for two of one name, and `OSError`."""
    pages: dict[str, bytes] = {}
    for path in paths:
        if path.name in pages:
            raise ValueError(f"two pages are called {path.name}: import them one after the other")
        with path.open("rb") as file:
            pages[path.name] = file.read(MAX_BYTES + 1)
    return pages


def _write(flows: Mapping[str, dict[str, Any]], folder: Path, *, is_forced: bool) -> list[Path]:
    """The files, all or none. Raises `ValueError` where one is there already, and `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / f"{name}.yaml": data for name, data in flows.items()}
    there = [str(path) for path in files if path.exists()]
    if there and not is_forced:
        raise ValueError(f"{', '.join(there)}: there already; give --force to write over it")
    for path, data in files.items():
        text = yaml.safe_dump(
            data, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None
        )
        path.write_text(text, "utf-8")
    return list(files)


def _report(
    imported: Imported, files: Sequence[Path], problems: Sequence[Problem], *, as_json: bool
) -> None:
    if as_json:
        found: dict[str, Any] = {
            "flows": [str(path) for path in files],
            "findings": [dataclasses.asdict(finding) for finding in imported.findings],
            "problems": [
                {"file": p.file, "line": p.line, "code": p.code, "message": p.message}
                for p in problems
            ],
        }
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for line in (*imported.findings, *problems):
        print(line)
    print(_summary(imported.findings, files), file=sys.stderr)


def _summary(findings: Sequence[Finding], files: Sequence[Path]) -> str:
    counts = {weight: sum(f.weight is weight for f in findings) for weight in Weight}
    named = ", ".join(f"{count} {weight}" for weight, count in counts.items() if count)
    written = ", ".join(map(str, files)) or "nothing"
    return f"Written: {written}. Findings: {named or 'none'}."

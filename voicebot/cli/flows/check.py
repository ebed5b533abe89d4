"""Find every mistake in flow files, before a caller does.

    voicebot flows check                                  the flows of ivr_flows/
    voicebot flows check ivr_flows/bank_en.yaml           one file
    voicebot flows check ivr_flows --config sip_config    with the queues and destinations there

A line a problem, `file:line:column: severity code message (hint)`, all of them at once. What each
code means is in docs/flow-language.md.

Exit codes: 0 fit to serve (there may be warnings, unless --strict), 1 there are errors, 2 it could
not be checked: no such file, or one that cannot be read, or a wrong configuration.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from voicebot.cli.flows.around import CONFIG, around
from voicebot.cli.flows.unheard import unheard
from voicebot.config.surroundings import hotline_in
from voicebot.core.errors import Problem, Severity
from voicebot.flow.checking import CheckedFile, check_files
from voicebot.flow.files import flow_files
from voicebot.flow.loader import with_bases
from voicebot.flow.report import Surroundings

_UNREADABLE = ("unreadable", "not-utf8", "too-large")


def configure(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        default=[Path("ivr_flows")],
        metavar="PATH",
        help="flow files and folders of them (ivr_flows)",
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="DIR",
        help="whose queues and destinations flows may name (sip_config, where there is one)",
    )
    parser.add_argument("--strict", action="store_true", help="warnings count as errors")
    parser.add_argument("--json", action="store_true", help="a JSON array of problems")


def run(args: argparse.Namespace) -> int:
    """Check, print, and tell by the exit code."""
    files = [file for path in args.paths for file in flow_files(path)]
    known = around(args.config, [file.parent for file in files])
    checked = check_files(files, known, environment=os.environ)
    folders = list(dict.fromkeys(file.parent for file in files))
    beside = tuple(_unheard(args, folders, known))
    if args.json:
        print(json.dumps([*_rows(checked), *_about(beside, "")], ensure_ascii=False, indent=1))
    else:
        for one in checked:
            for problem in one.problems:
                print(problem)
        for problem in beside:
            print(problem)
    empty = [str(path) for path in args.paths if path.is_dir() and not flow_files(path)]
    for folder in empty:
        print(f"voicebot flows check: there is no flow in {folder}", file=sys.stderr)
    problems = [*(problem for one in checked for problem in one.problems), *beside]
    print(_summary(len(files), problems), file=sys.stderr)
    if empty or any(problem.code in _UNREADABLE for problem in problems):
        return 2
    return int(any(args.strict or p.severity is Severity.ERROR for p in problems))


def _unheard(
    args: argparse.Namespace, folders: Iterable[Path], known: Surroundings
) -> Iterable[Problem]:
    """Of what is said beside the flows' own phrases."""
    hotline = hotline_in(args.config or CONFIG)
    model = hotline.understanding.intents.get("en")
    return unheard(with_bases(known, folders).bases or {}, model)


def _rows(checked: Iterable[CheckedFile]) -> Iterable[dict[str, object]]:
    for one in checked:
        yield from _about(one.problems, one.name)


def _about(problems: Iterable[Problem], flow: str) -> Iterable[dict[str, object]]:
    for p in problems:
        yield {
            "file": p.file,
            "line": p.line,
            "column": p.column,
            "severity": str(p.severity),
            "code": p.code,
            "message": p.message,
            "hint": p.hint,
            "node": p.node,
            "flow": flow,
        }


def _summary(files: int, problems: list[Problem]) -> str:
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    counts = (
        _count(files, "file"),
        _count(errors, "error"),
        _count(len(problems) - errors, "warning"),
    )
    return ", ".join(counts)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"

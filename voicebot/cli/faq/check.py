"""Find every mistake in knowledge bases, before a caller does.

    voicebot faq check                                      all beside the flows
    voicebot faq check ivr_flows/knowledge/bank_faq.yaml    one file
    voicebot faq check rows.csv                             a table, before it is imported

A line a mistake: file, line, column, code, and what to do. Advice (entries with one wording only,
entries that are out of date) is a warning.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Iterator
from pathlib import Path

from voicebot.cli.faq import finding
from voicebot.core.errors import Problem, Severity
from voicebot.flow.knowledge.folder import knowledge_files, together
from voicebot.flow.knowledge.reading import ReadKnowledge, knowledge_of, read_knowledge
from voicebot.flow.knowledge.spreadsheet import read_table

_FEW = 3
"""Wordings from which on an entry is found reliably."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot faq check`."""
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--language", choices=("en", "zh"), default="en", help="of a table")
    finding.configure(parser)


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot faq check`."""
    files = args.files or knowledge_files(args.flows)
    read = [_read(file, args.language) for file in files]
    problems = [*together(read).problems, *(p for one in read for p in _advice(one))]
    for problem in sorted(problems):
        print(problem)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    entries = sum(len(one.knowledge.entries) for one in read if one.knowledge)
    warnings = len(problems) - errors
    summary = f"{len(files)} files, {entries} entries, {errors} errors, {warnings} warnings"
    print(summary, file=sys.stderr)
    if any(problem.code == "unreadable" for problem in problems):
        return 2
    return 1 if errors else 0


def _read(file: Path, language: str) -> ReadKnowledge:
    if file.suffix in (".yaml", ".yml"):
        return read_knowledge(file)
    return knowledge_of(read_table(file, "table", language))


def _advice(one: ReadKnowledge) -> Iterator[Problem]:
    today = datetime.date.today()
    for name, entry in (one.knowledge.entries if one.knowledge else {}).items():
        few = {n: texts for n, texts in entry.questions.items() if len(texts) < _FEW}
        if few:
            message = f"{name} has {min(map(len, few.values()))} wordings of its question"
            yield _warning(one, name, "few-wordings", message, "three at least, better five")
        if entry.valid_until is not None and entry.valid_until < today:
            message = f"{name} ended on {entry.valid_until}"
            yield _warning(one, name, "out-of-date", message, "change `until`, or remove it")


def _warning(one: ReadKnowledge, name: str, code: str, message: str, hint: str) -> Problem:
    line, column = one.document.place(("entries", name))
    return Problem(one.document.file, line, column, code, message, hint, severity=Severity.WARNING)

"""List the entries of knowledge bases.

    voicebot faq list
    voicebot faq list bank_faq --tag cards
    voicebot faq list bank_faq --json

Exit codes: 0 done, 2 wrong use, no such base, or one that is wrong.
"""

from __future__ import annotations

import argparse
import datetime
import json
from typing import Any

from rich.console import Console
from rich.table import Table

from voicebot.cli.faq import finding
from voicebot.core.knowledge import Entry, Knowledge
from voicebot.flow.knowledge.folder import knowledge_files
from voicebot.flow.knowledge.reading import read_knowledge


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot faq list`."""
    parser.add_argument("base", nargs="?", help="a base's name or file; all if left out")
    parser.add_argument("--tag", default="", help="only entries with this tag")
    parser.add_argument("--json", action="store_true", help="a JSON array")
    finding.configure(parser)


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot faq list`."""
    files = [] if args.base else knowledge_files(args.flows)
    read = (
        [finding.base_of(args, args.base)]
        if args.base
        else [finding.fit(read_knowledge(file)) for file in files]
    )
    rows = [
        (one.knowledge, entry)
        for one in read
        if one.knowledge is not None
        for entry in one.knowledge.entries.values()
        if not args.tag or args.tag in entry.tags
    ]
    if args.json:
        print(json.dumps([_row(*row) for row in rows], ensure_ascii=False, indent=1))
    else:
        _print(rows)
    return 0


def _print(rows: list[tuple[Knowledge, Entry]]) -> None:
    table = Table("base", "id", "question", "wordings", "tags", "valid", "owner", "v", box=None)
    for base, entry in rows:
        asked = next(iter(entry.questions.values()))
        table.add_row(
            base.name,
            entry.id,
            asked[0],
            str(len(asked)),
            " ".join(entry.tags),
            _validity(entry),
            entry.owner,
            str(entry.version),
        )
    Console().print(table)


def _validity(entry: Entry) -> str:
    starts, ends = entry.valid_from, entry.valid_until
    if starts is None and ends is None:
        return "always"
    today = datetime.date.today()
    state = "" if entry.holds_on(today) else (" (not yet)" if _is_early(entry) else " (over)")
    return f"{starts or ''}..{ends or ''}{state}"


def _is_early(entry: Entry) -> bool:
    return entry.valid_from is not None and entry.valid_from > datetime.date.today()


def _row(base: Knowledge, entry: Entry) -> dict[str, Any]:
    return {
        "base": base.name,
        "id": entry.id,
        "questions": {name: list(texts) for name, texts in entry.questions.items()},
        "answers": dict(entry.answers),
        "from": entry.valid_from.isoformat() if entry.valid_from else None,
        "until": entry.valid_until.isoformat() if entry.valid_until else None,
        "tags": list(entry.tags),
        "owner": entry.owner,
        "version": entry.version,
        "holds_today": entry.holds_on(datetime.date.today()),
    }

"""Take questions and answers from a spreadsheet (CSV) or another knowledge file (YAML).

    voicebot faq import rows.csv --into ivr_flows/knowledge/bank_faq.yaml
    voicebot faq import rows.csv --into bank_faq.yaml --dry-run

Columns, in any order, by English or Chinese name: id, question, similar (several in a cell, apart
by | or ; or lines), answer, label, from, until, tags, owner, version, recording; question_zh and
the like for another language. UTF-8, UTF-16 and GBK are read; separators are comma, semicolon, tab.

Entries are merged by id, or by their question where the table has no id. What changed gets its next
version. What the table does not have stays, unless --remove-gone. Nothing is written where a row is
wrong; every mistake is listed with its line.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from voicebot.core.errors import ConfigError, Problem
from voicebot.core.knowledge import Entry, Knowledge
from voicebot.core.whole_file import write_whole
from voicebot.flow.document import Document, read_text
from voicebot.flow.knowledge.merging import Merged, merged
from voicebot.flow.knowledge.reading import (
    ReadKnowledge,
    folded,
    knowledge_of,
    read_knowledge,
)
from voicebot.flow.knowledge.spreadsheet import read_table
from voicebot.flow.knowledge.writing import comment_of, knowledge_text

_SHOWN = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot faq import`."""
    parser.add_argument("file", type=Path, help="CSV or YAML")
    parser.add_argument("--into", type=Path, required=True, metavar="FILE", help="the base")
    parser.add_argument(
        "--language", choices=("en", "zh"), default="", help="of a new base (by its questions)"
    )
    parser.add_argument("--owner", default="", help="who answers for entries that name nobody")
    parser.add_argument("--remove-gone", action="store_true", help="drop what is not in the file")
    parser.add_argument("--dry-run", action="store_true", help="tell, and write nothing")


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot faq import`."""
    head, old, comment = _target(args)
    came = _came(args, str(head["knowledge"]), str(head["language"]), old)
    result = merged(old, came.entries, remove_gone=args.remove_gone)
    text = knowledge_text(head, result.entries, comment)
    # What was merged may clash with what was there.
    check = knowledge_of(read_text(text, Document(str(args.into))))
    if not check.is_fit:
        raise ConfigError(check.problems)
    removed = args.remove_gone and result.gone
    if not args.dry_run and (result.is_any or removed or not args.into.exists()):
        write_whole(args.into, text)
    _tell(result, args)
    return 0


def _target(args: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Entry], str]:
    """What the base has already: all but its entries, its entries, its first comment. Raises
    `ConfigError`."""
    path: Path = args.into
    if not path.exists():
        name = path.stem.replace("-", "_").lower()
        head = {"knowledge": name, "language": args.language or _language(args.file)}
        return head | ({"owner": args.owner} if args.owner else {}), {}, ""
    read = read_knowledge(path)
    if not read.is_fit or read.knowledge is None:
        raise ConfigError(read.problems)
    head = {key: value for key, value in read.document.data.items() if key != "entries"}
    head.setdefault("language", "en")
    return head, dict(read.knowledge.entries), comment_of(path.read_text("utf-8-sig"))


def _language(file: Path) -> str:
    """Of a table, by its questions."""
    data = (read_table(file, "table", "zh").data or {}) if _is_table(file) else {}
    texts = [str(entry.get("question", "")) for entry in data.get("entries", {}).values()]
    han = sum(any("\u3400" <= c <= "\u9fff" for c in text) for text in texts)
    return "zh" if texts and han * 2 > len(texts) else "en"


def _is_table(file: Path) -> bool:
    return file.suffix.lower() not in (".yaml", ".yml")


def _came(args: argparse.Namespace, name: str, language: str, old: dict[str, Entry]) -> Knowledge:
    known = {
        folded(texts[0]): key
        for key, entry in old.items()
        for texts in entry.questions.values()
        if texts
    }
    table = _is_table(args.file)
    read: ReadKnowledge = (
        knowledge_of(read_table(args.file, name, language, known))
        if table
        else read_knowledge(args.file)
    )
    problems: Sequence[Problem] = read.problems
    if not read.is_fit or read.knowledge is None:
        raise ConfigError(problems)
    return read.knowledge


def _tell(result: Merged, args: argparse.Namespace) -> None:
    kept = "removed" if args.remove_gone else "not in the file, kept"
    rows = (
        ("new", result.new),
        ("changed", result.changed),
        ("the same", result.same),
        (kept, result.gone),
    )
    for what, names in rows:
        shown = "" if what == "the same" else _shown(names)
        print(f"{len(names):5} {what}{': ' if shown else ''}{shown}")
    total = len(result.entries)
    done = "would have" if args.dry_run else "has"
    print(f"{args.into} {done} {total} entries.", file=sys.stderr)


def _shown(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more

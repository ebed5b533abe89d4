"""Try what callers would be told.

    voicebot faq ask bank_faq "how much can I take out at the ATM?"
    voicebot faq ask bank_faq < questions.txt          a question a line

What would happen, then the nearest entries with their scores: how often such an entry is the one
that was meant. With MiniLM where it is installed, as the hotline does.

Exit codes: 0 all would be answered or asked back, 1 some would not.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import sys
from collections.abc import Iterable

from voicebot import nlu
from voicebot.cli.faq import finding
from voicebot.cli.places import add_places
from voicebot.config.settings import HotlineFile
from voicebot.config.surroundings import hotline_file
from voicebot.core.knowledge import Finding, KnowledgeScope, Verdict

_WORDS = {
    Verdict.ANSWER: "answered",
    Verdict.CLARIFY: "asked back",
    Verdict.NOTHING: "no answer",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot faq ask`."""
    parser.add_argument("base", metavar="BASE", help="a base's name or file")
    parser.add_argument(
        "question", metavar="QUESTION", nargs="*", help="standard input, a line each, if left out"
    )
    parser.add_argument("--language", choices=("en", "zh"), default="", help="the base's first")
    parser.add_argument("--tag", action="append", default=[], help="only entries with it")
    parser.add_argument(
        "--today", type=datetime.date.fromisoformat, metavar="DATE", help="YYYY-MM-DD"
    )
    parser.add_argument("--by-words", action="store_true", help="as without MiniLM")
    add_places(parser, "flows", "config")


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot faq ask`."""
    base = finding.base_of(args, args.base).knowledge
    assert base is not None, "it is fit"
    hotline = hotline_file(args.config) if args.config.is_dir() else HotlineFile()
    scope = KnowledgeScope((base,), frozenset(args.tag), hotline.answers)
    speaks = [name for entry in base.entries.values() for name in entry.answers]
    language = args.language or next(iter(speaks), "en")
    settings = nlu.NluSettings(
        encoder=hotline.understanding.encoder,
        knowledge_by_words=args.by_words or hotline.understanding.knowledge_by_words,
    )
    day = args.today or datetime.date.today()
    understanding = nlu.build(settings, lambda: datetime.datetime.combine(day, datetime.time(12)))
    texts = [" ".join(args.question)] if args.question else _lines(sys.stdin)
    verdicts = []
    for text in texts:
        found = asyncio.run(understanding.look_up(text, scope, language))
        verdicts.append(scope.verdict(found))
        _print(text, verdicts[-1], found, scope, language)
    return 1 if Verdict.NOTHING in verdicts else 0


def _lines(stream: Iterable[str]) -> Iterable[str]:
    return (line.strip() for line in stream if line.strip())


def _print(
    text: str,
    verdict: Verdict,
    found: tuple[Finding, ...],
    scope: KnowledgeScope,
    language: str,
) -> None:
    print(f"{text}\n  {_WORDS[verdict]}")
    for one in found:
        known = scope.find(one.base, one.entry)
        assert known is not None
        print(f"  {one.score:4.2f}  {one.entry}: {known[1].questions[language][0]}")
    if verdict is Verdict.ANSWER:
        known = scope.find(found[0].base, found[0].entry)
        assert known is not None
        print(f"  “{known[1].answers[language]}”")

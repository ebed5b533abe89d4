"""Who published which version of a flow, when and why; the youngest first.

    voicebot flows history bank_en
    voicebot flows history bank_en --json

Exit codes: 0 done, 1 nothing of it was published, 2 wrong use or configuration.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from voicebot.cli.flows.at import published
from voicebot.cli.places import add_places
from voicebot.core.publishing import LIVE_PERCENT, Publishing, Standing, standing
from voicebot.publishing.press import shown


def configure(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("flow", metavar="NAME", help="the flow")
    parser.add_argument("--json", action="store_true", help="a JSON array, oldest first")
    add_places(parser)


def run(args: argparse.Namespace) -> int:
    """List."""
    with published(args) as versions:
        log = versions.entries(args.flow) if versions is not None else ()
    if args.json:
        rows = [{**asdict(e), "kind": e.kind.value, "time": e.time.isoformat()} for e in log]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for line in _lines(log):
            print(line)
    if not log:
        print(f"Nothing of {args.flow} was published.", file=sys.stderr)
    return 0 if log else 1


def _lines(log: Sequence[Publishing]) -> Iterator[str]:
    now = standing(log)
    for entry in reversed(log):
        at = f"{entry.time:%Y-%m-%d %H:%M:%S}"
        yield (
            f"{at}  {shown(entry.version)}  {_what(entry):<17}  {entry.by:<12}  "
            f"{entry.why}{_mark(entry, now)}"
        ).rstrip()


def _what(entry: Publishing) -> str:
    if entry.percent >= LIVE_PERCENT:
        return entry.kind.value
    return f"canary {entry.percent:g} %" if entry.percent else "canary ended"


def _mark(entry: Publishing, now: Standing) -> str:
    if entry == now.live:
        return "  ← live"
    return "  ← canary" if entry == now.canary else ""

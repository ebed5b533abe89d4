"""Show a node's properties, and where each of them comes from.

    voicebot flows explain bank_en main
    voicebot flows explain my_flow.yaml main --json

Timing, confidence, what may interrupt, what happens on silence and nonsense, and the commands that
work there: what is written at the node wins, then what the flow says, then the system.

Exit codes: 0 done, 1 there is no such node, 2 the flow cannot be loaded.
"""

from __future__ import annotations

import argparse
import json

from voicebot.cli.flows.finding import add_flow, load_by_name, path_by_name
from voicebot.core.errors import WrongUse
from voicebot.flow.document import Document, read_document
from voicebot.flow.effective import Effective, effective
from voicebot.flow.problems import did_you_mean


def configure(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    add_flow(parser)
    parser.add_argument("node", metavar="NODE", help="name of a node")
    parser.add_argument("--json", action="store_true", help="a JSON array")


def run(args: argparse.Namespace) -> int:
    """Print them."""
    flow = load_by_name(args.folder, args.flow)
    if args.node not in flow.nodes:
        hint = did_you_mean(args.node, flow.nodes) or f"there are: {', '.join(flow.nodes)}"
        raise WrongUse(f"{flow.name} has no node {args.node}; {hint}")
    document = read_document(path_by_name(args.folder, args.flow))
    found = effective(flow, args.node)
    if args.json:
        print(json.dumps([_row(document, one) for one in found], ensure_ascii=False, indent=1))
        return 0
    names = max((len(one.name) for one in found), default=0)
    values = min(max((len(one.value) for one in found), default=0), 48)
    for one in found:
        line = _line(document, one)
        where = f"{one.origin}, line {line}" if line else one.origin
        print(f"{one.name:<{names}}  {one.value:<{values}}  {where}")
    return 0


def _row(document: Document, one: Effective) -> dict[str, object]:
    return {
        "name": one.name,
        "value": one.value,
        "origin": one.origin,
        "line": _line(document, one),
    }


def _line(document: Document, one: Effective) -> int | None:
    return document.place(one.path)[0] if one.path else None

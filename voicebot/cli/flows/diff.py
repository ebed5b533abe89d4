"""What changed from one version of a flow to another, in the flow's own terms.

    voicebot flows diff bank_en@live bank_en@draft
    voicebot flows diff bank_en@3fa2b1c9 bank_en@canary --json
    voicebot flows diff old/bank_en.yaml ivr_flows/bank_en.yaml

Nodes that came, went or got another name; ways that lead elsewhere; prompts that were reworded;
properties by the values that count in the end, whether a node, the flow or the system says so.
NAME@draft is the file of the folder, NAME@live and NAME@canary what serves, NAME@3fa2b1c9 a
published version by its first digits.

Exit codes: 0 nothing changed, 1 something did, 2 wrong use, no such version, or one that cannot be
read.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from voicebot.cli.flows.at import published
from voicebot.cli.places import add_places
from voicebot.core.errors import ConfigError
from voicebot.flow.anywhere import Anywhere
from voicebot.flow.diff import changes, lines_of
from voicebot.flow.flow import Flow
from voicebot.flow.loader import read_flow
from voicebot.flow.report import Surroundings
from voicebot.publishing.names import Named, find


def configure(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("old", metavar="OLD", help="a file, or NAME@live, NAME@VERSION, NAME@draft")
    parser.add_argument("new", metavar="NEW", help="the same")
    parser.add_argument("--json", action="store_true", help="a JSON array of changes")
    add_places(parser)


def run(args: argparse.Namespace) -> int:
    """Compare."""
    with published(args) as versions:
        old, new = (find(name, args.flows, versions) for name in (args.old, args.new))
    found = changes(_flow(old), old.document.data, _flow(new), new.document.data)
    if args.json:
        rows = [{**asdict(one), "what": one.what.value} for one in found]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        print(f"{old.title} → {new.title}: {len(found)} change{'' if len(found) == 1 else 's'}")
        for line in lines_of(found):
            print(line)
    return int(bool(found))


def _flow(named: Named) -> Flow:
    read = read_flow(named.document, Surroundings(), None, Anywhere())
    if read.flow is None:
        raise ConfigError(read.problems)
    return read.flow

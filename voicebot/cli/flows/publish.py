"""Let a flow serve callers: all of them, or a share to try it out.

    voicebot flows publish bank_en --why "new opening hours"
    voicebot flows publish ivr_flows/bank_en.yaml --why "shorter greeting" --canary 10%
    voicebot flows publish bank_en@3fa2b1c9 --why "back to the old menu"

The version is kept for good in the store, by the hash of its content, with who, when and why. It is
checked first, among all that serves; a flow that does not check is refused with every problem, and
the old one goes on serving. A running hotline takes it within about a second; calls keep the
version that they began with. A canary's callers are chosen by their number: the same ones at every
call.

Exit codes: 0 published, or live already; 1 refused; 2 wrong use or configuration, no such flow.
"""

from __future__ import annotations

import argparse
import sys

from voicebot.cli.flows.at import add_who_and_why, percentage, press
from voicebot.cli.places import add_places
from voicebot.core.errors import ConfigError
from voicebot.core.publishing import LIVE_PERCENT, PublishingKind
from voicebot.publishing.names import Named, find
from voicebot.publishing.press import Press, shown


def configure(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument(
        "flow", metavar="NAME|FILE", help="a flow of the folder, a file, or NAME@VERSION"
    )
    parser.add_argument(
        "--canary", type=percentage, metavar="PERCENT", help="only for this share of the callers"
    )
    add_who_and_why(parser, required=True)
    add_places(parser)


def run(args: argparse.Namespace) -> int:
    """Publish."""
    with press(args) as using:
        named = find(args.flow, args.flows, using.versions)
        if args.canary is None:
            return put_out(using, named, LIVE_PERCENT, args.why, PublishingKind.PUBLISHED)
        return put_out(using, named, args.canary, args.why, PublishingKind.CANARY)


def put_out(using: Press, named: Named, percent: float, why: str, kind: PublishingKind) -> int:
    """Publish and say what serves now; refuse with every problem."""
    before = using.standing(named.flow).live
    try:
        entry = using.publish(named, percent, why, kind)
    except ConfigError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        print(f"Refused: {named.title} is not published; what serves goes on.", file=sys.stderr)
        return 1
    name = f"{named.flow} {shown(named.version)}"
    whom = "all callers" if percent >= LIVE_PERCENT else f"{percent:g} % of the callers"
    if entry is None:
        print(f"{name} serves {whom} already; nothing was changed.")
        return 0
    old = shown(before.version) if before else "the file of the folder"
    then = f" (before: {old})" if percent >= LIVE_PERCENT else f" (the others: {old})"
    print(f"{name} serves {whom}{then}.")
    return 0

"""Go back to a version of a flow that served before.

    voicebot flows rollback bank_en                 to the one before; a canary is ended
    voicebot flows rollback bank_en 3fa2b1c9        to that one

Where a version is being tried out, going back without a VERSION ends that, and what is live stays.
Going back again goes further back. It is checked as a publish is: a version that no longer fits
what serves is refused.

Exit codes: 0 done, 1 refused, 2 wrong use or configuration, no such version.
"""

from __future__ import annotations

import argparse

from voicebot.cli.flows.at import add_who_and_why, press
from voicebot.cli.flows.publish import put_out
from voicebot.cli.places import add_places
from voicebot.core.publishing import LIVE_PERCENT, PublishingKind
from voicebot.publishing.names import find
from voicebot.publishing.press import shown


def configure(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("flow", metavar="NAME", help="the flow")
    parser.add_argument(
        "version", nargs="?", default="", metavar="VERSION", help="its first digits"
    )
    add_who_and_why(parser, required=False)
    add_places(parser)


def run(args: argparse.Namespace) -> int:
    """Go back."""
    kind = PublishingKind.ROLLED_BACK
    with press(args) as using:
        if not args.version and using.standing(args.flow).canary is not None:
            entry = using.end_canary(args.flow, args.why, kind)
            print(f"{args.flow} {shown(entry.version)} is no longer tried out.")
            return 0
        version = args.version or using.before(args.flow)
        named = find(f"{args.flow}@{version}", args.flows, using.versions)
        return put_out(using, named, LIVE_PERCENT, args.why, kind)

"""Change the share of callers who get the version that is being tried out.

    voicebot flows canary bank_en 25%
    voicebot flows canary bank_en off               all get what is live
    voicebot flows canary bank_en live              all get what was tried out

A version is first tried out by `voicebot flows publish bank_en --why TEXT --canary 10%`. Callers
who have it keep it when the share grows.

Exit codes: 0 done, 1 refused, 2 wrong use or configuration, nothing is being tried out.
"""

from __future__ import annotations

import argparse

from voicebot.cli.flows.at import add_who_and_why, percentage, press
from voicebot.cli.flows.publish import put_out
from voicebot.cli.places import add_places
from voicebot.core.publishing import LIVE_PERCENT, PublishingKind
from voicebot.publishing.names import find
from voicebot.publishing.press import shown


def configure(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("flow", metavar="NAME", help="the flow")
    parser.add_argument("share", type=_share, metavar="PERCENT|off|live", help="such as 25%%")
    add_who_and_why(parser, required=False)
    add_places(parser)


def _share(text: str) -> float:
    named = {"off": 0.0, "live": LIVE_PERCENT}
    return named[text] if text in named else percentage(text)


def run(args: argparse.Namespace) -> int:
    """Change it."""
    with press(args) as using:
        if args.share == 0:
            entry = using.end_canary(args.flow, args.why, PublishingKind.CANARY)
            print(f"{args.flow} {shown(entry.version)} is no longer tried out.")
            return 0
        named = find(f"{args.flow}@canary", args.flows, using.versions)
        is_live = args.share >= LIVE_PERCENT
        kind = PublishingKind.PUBLISHED if is_live else PublishingKind.CANARY
        return put_out(using, named, args.share, args.why, kind)

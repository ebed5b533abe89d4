"""Let the model serve again that did before, or any that was published.

    voicebot nlu rollback ivr_flows/intents.npz --why "too many transfers"
    voicebot nlu rollback ivr_flows/intents.npz --to 3f09

A running hotline takes it within seconds: calls that are up keep the one that they began with.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from voicebot.cli.nlu import signature
from voicebot.nlu.trainer import alias


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot nlu rollback`."""
    parser.add_argument("name", type=Path, metavar="NAME")
    parser.add_argument("--to", default="", metavar="VERSION", help="or how it begins")
    signature.configure(parser, "rolled back")


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot nlu rollback`."""
    by, when = signature.name(args), signature.now()
    entry = alias.roll_back(args.name, to=args.to, by=by, when=when, why=args.why)
    print(f"{args.name}: version {entry.version} serves new calls from now on")
    return 0

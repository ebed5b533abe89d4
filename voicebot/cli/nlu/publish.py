"""Let a model serve, under the name that hotline.toml has for it.

    voicebot nlu publish new.npz ivr_flows/intents.npz --why "calls of November"
    voicebot nlu publish --log ivr_flows/intents.npz

The name becomes a link to the version; every version stays in intents.models/ beside it. A running
hotline takes it within seconds: calls that are up keep the one that they began with.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from voicebot.cli.nlu import signature
from voicebot.nlu.trainer import alias


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot nlu publish`."""
    parser.add_argument("files", nargs="+", type=Path, metavar="MODEL NAME")
    parser.add_argument("--log", action="store_true", help="only list what served, and serves (*)")
    signature.configure(parser, "published")


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot nlu publish`."""
    wanted = 1 if args.log else 2
    if len(args.files) != wanted:
        what = "the name" if args.log else "a model and the name"
        print(f"voicebot nlu publish: give {what}")
        return 2
    *model, name = args.files
    if args.log:
        print("\n".join(alias.lines(alias.log_of(name))) or "nothing was published")
        return 0
    by = signature.name(args)
    entry = alias.publish(name, model[0], by=by, when=signature.now(), why=args.why)
    print(f"{name}: version {entry.version} serves new calls from now on")
    return 0

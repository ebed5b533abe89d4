"""Settle an escalation.

voicebot escalations close 1a2b3c4d
"""

from __future__ import annotations

import argparse

from voicebot.cli.escalations.step import configure_step, take_step


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    configure_step(parser)
    parser.add_argument("--resolution", default="", metavar="TEXT", help="what became of it")


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    resolution = args.resolution
    code = take_step(args, lambda escalations, id, by: escalations.close(id, by, resolution))
    if code == 0:
        print("Closed.")
    return code

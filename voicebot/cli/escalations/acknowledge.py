"""See to an escalation: its owner is told no more until it is to be closed.

voicebot escalations acknowledge 1a2b3c4d
"""

from __future__ import annotations

import argparse

from voicebot.cli.escalations.step import configure_step, take_step


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    configure_step(parser)


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    code = take_step(args, lambda escalations, id, by: escalations.acknowledge(id, by))
    if code == 0:
        print("Acknowledged.")
    return code

"""Questions that callers have, and what they are told: the hotline's knowledge bases.

    voicebot faq import rows.csv --into ivr_flows/knowledge/bank_faq.yaml
    voicebot faq check
    voicebot faq list
    voicebot faq ask bank_faq "how much can I take out at the ATM?"

Exit codes: 0 done, 1 the answer is no (mistakes were found, no answer), 2 wrong use, or a file that
is wrong where it is needed (every mistake is listed with its line).
"""

from __future__ import annotations

import argparse

from voicebot.cli.subcommands import add_subcommands, run_subcommand

SUBCOMMANDS: dict[str, str] = {
    "import": "take questions and answers from a spreadsheet",
    "check": "find every mistake in knowledge bases",
    "list": "list the entries, and what is out of date",
    "ask": "try what callers would be told",
}
"""Name -> what it does, as `--help` has it."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot faq`."""
    add_subcommands(parser, __name__, SUBCOMMANDS)


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot faq`."""
    return run_subcommand(args)

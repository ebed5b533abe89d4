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

from voicebot.cli.faq import ask, check, import_, list_

_ACTIONS = {
    "import": (import_, "take questions and answers from a spreadsheet"),
    "check": (check, "find every mistake in knowledge bases"),
    "list": (list_, "list the entries, and what is out of date"),
    "ask": (ask, "try what callers would be told"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot faq`."""
    commands = parser.add_subparsers(dest="action", required=True)
    for name, (module, text) in _ACTIONS.items():
        module.configure(
            commands.add_parser(
                name,
                help=text,
                description=module.__doc__,
                formatter_class=argparse.RawDescriptionHelpFormatter,
            )
        )


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot faq`."""
    return int(_ACTIONS[args.action][0].run(args))

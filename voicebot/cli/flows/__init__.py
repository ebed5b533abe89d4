"""Flow files: check, draw, test and publish them.

    voicebot flows check
    voicebot flows draw bank_en -o bank_en.png
    voicebot flows test ivr_flows --coverage
    voicebot flows publish bank_en --why "new opening hours"

`voicebot flows SUBCOMMAND --help` says more, exit codes among it: 0 done, 1 the answer is no, 2
wrong use, or what should be looked at cannot be read.
"""

from __future__ import annotations

import argparse

from voicebot.cli.subcommands import add_subcommands, run_subcommand

SUBCOMMANDS: dict[str, str] = {
    "check": "find every mistake in flow files",
    "draw": "draw a flow as a picture, with what callers did in it if asked",
    "explain": "show a node's properties, and where each of them comes from",
    "schema": "print the JSON Schema of flow files, for editors",
    "test": "run scenarios: whole calls in virtual time, and what of a flow they walk",
    "import": "translate VoiceXML pages into flows",
    "chat": "talk to a flow by typing",
    "diff": "what changed between two versions, in the flow's own terms",
    "publish": "let a flow serve callers, all of them or a share",
    "history": "who published which version of a flow, when and why",
    "rollback": "go back to a version that served before",
    "canary": "change the share of callers who get the version that is tried out",
}
"""Name -> what it does, as `--help` has it."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot flows`."""
    add_subcommands(parser, __name__, SUBCOMMANDS)


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot flows`."""
    return run_subcommand(args)

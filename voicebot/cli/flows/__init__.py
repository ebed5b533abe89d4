"""Flow files: check, draw and explain them.

    voicebot flows check
    voicebot flows check ivr_flows/bank_en.yaml --strict
    voicebot flows check ivr_flows --json

One file a subcommand, with `configure(parser)` and `run(args) -> exit code` as a command has them;
it is imported only when it is called. `voicebot flows SUBCOMMAND --help` says more, exit codes
among it: 0 done, 1 the answer is no, 2 wrong use, or what should be looked at cannot be read.
"""

from __future__ import annotations

import argparse
import importlib
import keyword
from collections.abc import Sequence
from typing import Any

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


class _Subcommand(argparse.ArgumentParser):
    """Fills itself from its module when words for it come."""

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        if self.get_default("run_subcommand") is None:
            name = self.prog.split()[-1]
            name = f"{name}_" if keyword.iskeyword(name) else name
            module = importlib.import_module(f"{__name__}.{name}")
            self.description = module.__doc__
            self.formatter_class = argparse.RawDescriptionHelpFormatter
            module.configure(self)
            self.set_defaults(run_subcommand=module.run)
        return super().parse_known_args(args, namespace)


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot flows`."""
    commands = parser.add_subparsers(
        dest="action", required=True, metavar="SUBCOMMAND", parser_class=_Subcommand
    )
    for name, text in SUBCOMMANDS.items():
        commands.add_parser(name, help=text)


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot flows`."""
    return int(args.run_subcommand(args))

"""Commands that have subcommands: one file each, imported only when it is called.

A subcommand's module has `configure(parser)` and `run(args) -> exit code`, as a command's has; its
docstring is what `--help` says. Its file is called like it, with `_` for `-`, and with a `_` behind
what is a word of Python's own (`import_.py`, `list_.py`).
"""

from __future__ import annotations

import argparse
import builtins
import importlib
import keyword
from collections.abc import Mapping, Sequence
from typing import Any


def add_subcommands(
    parser: argparse.ArgumentParser, package: str, subcommands: Mapping[str, str]
) -> None:
    """Give `parser` the subcommands (name -> what it does) whose modules are in `package`."""
    commands = parser.add_subparsers(
        dest="action", required=True, metavar="SUBCOMMAND", parser_class=_Subcommand
    )
    for name, text in subcommands.items():
        commands.add_parser(name, help=text).set_defaults(module=f"{package}.{_file(name)}")


def run_subcommand(args: argparse.Namespace) -> int:
    """Exit code of the subcommand that was called."""
    return int(args.run_subcommand(args))


def _file(name: str) -> str:
    taken = keyword.iskeyword(name) or hasattr(builtins, name)
    return name.replace("-", "_") + ("_" if taken else "")


class _Subcommand(argparse.ArgumentParser):
    """Fills itself from its module when words for it come."""

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        if self.get_default("run_subcommand") is None:
            module = importlib.import_module(self.get_default("module"))
            self.description = module.__doc__
            self.formatter_class = argparse.RawDescriptionHelpFormatter
            module.configure(self)
            self.set_defaults(run_subcommand=module.run)
        return super().parse_known_args(args, namespace)

"""Print the JSON Schema of flow files, for completion and checks in editors.

    voicebot flows schema                                 to the screen
    voicebot flows schema -o ivr_flows/flow.schema.json   into a file

Editors with a YAML language server (VS Code, Neovim, Emacs, JetBrains) read it from the first line
of a flow: `# yaml-language-server: $schema=flow.schema.json`.

Exit codes: 0 done, 1 the file could not be written, 2 wrong use.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from voicebot.core.errors import WrongUse
from voicebot.flow.schema import schema_text


def configure(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="write it there")


def run(args: argparse.Namespace) -> int:
    """Print or write."""
    if args.out is None:
        print(schema_text(), end="")
        return 0
    try:
        args.out.write_text(schema_text(), "utf-8")
    except OSError as error:
        raise WrongUse(f"{args.out} cannot be written: {error.strerror}") from None
    print(args.out)
    return 0

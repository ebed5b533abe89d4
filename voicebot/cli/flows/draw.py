"""Draw a flow as a picture.

    voicebot flows draw bank_en                          bank_en.svg
    voicebot flows draw my_flow.yaml -o my_flow.png      PNG, by the name's ending
    voicebot flows draw bank_en --no-errors              without what happens when things go wrong
    voicebot flows draw bank_en --stats                  with what callers did: visits, hang-ups
    voicebot flows draw bank_en --stats 7f3a 81c0        only these calls
    voicebot flows draw bank_en --dot                    the source, for tools of your own

Boxes are nodes, colored by kind; faint lines are the ways of failures; what may happen anywhere
stands in a corner. Needs Graphviz (Debian: graphviz), but for --dot.

Exit codes: 0 drawn, 1 there is no Graphviz, no database or no such call, 2 the flow cannot be
loaded.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from voicebot.cli.flows.finding import add_flow, load_by_name
from voicebot.cli.flows.walked import walked
from voicebot.cli.places import add_places, store_url
from voicebot.core.errors import VoicebotError, WrongUse
from voicebot.flow.diagram import dot_of


def configure(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    add_flow(parser)
    parser.add_argument(
        "-o", "--out", type=Path, metavar="FILE", help=".svg, .png or .pdf (FLOW.svg)"
    )
    parser.add_argument("--no-errors", action="store_true", help="without the ways of failures")
    parser.add_argument("--dot", action="store_true", help="print the source for Graphviz")
    parser.add_argument(
        "--stats", nargs="*", metavar="CALL", help="what callers did; all calls if none is named"
    )
    add_places(parser, "config", "data")


def run(args: argparse.Namespace) -> int:
    """Draw, or print."""
    flow = load_by_name(args.folder, args.flow)
    stats = None if args.stats is None else walked(store_url(args), flow.name, args.stats)
    source = dot_of(flow, with_errors=not args.no_errors, stats=stats)
    if args.dot:
        print(source, end="")
        return 0
    out: Path = args.out or Path(f"{flow.name}.svg")
    draw(source, out)
    print(out)
    return 0


def draw(source: str, out: Path) -> None:
    """Have Graphviz draw it. Raises `VoicebotError` where that cannot be."""
    form = out.suffix.lower().removeprefix(".")
    if form not in ("svg", "png", "pdf"):
        raise WrongUse(f"{out}: the name must end in .svg, .png or .pdf")
    program = shutil.which("dot")
    if program is None:
        raise VoicebotError(
            "Graphviz is not installed: `apt install graphviz`, or script/setup; "
            "--dot prints the source without it"
        )
    size = ["-Gdpi=110"] if form == "png" else []
    done = subprocess.run(
        [program, f"-T{form}", *size, "-o", str(out)],
        input=source.encode(),
        capture_output=True,
        check=False,
        timeout=120,
    )
    if done.returncode or not out.exists():
        print(done.stderr.decode(errors="replace"), file=sys.stderr, end="")
        raise VoicebotError(f"Graphviz could not draw {out}")

"""Hold out a part of a training set for ever, to measure every model on.

    voicebot nlu hold-out ivr_flows/intents.tsv

Every fifth phrase, chosen by a hash of its text, goes to intents.heldout.tsv beside the file, once;
an intent keeps two phrases at least. `voicebot nlu train` refuses to learn what is held out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from voicebot.cli.nlu import signature
from voicebot.nlu.trainer import dataset


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot nlu hold-out`."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--share", type=_share, default=0.2, metavar="PART", help="of the phrases (0.2)"
    )
    signature.configure(parser, "")


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot nlu hold-out`."""
    count, version = dataset.freeze(
        args.file, share=args.share, by=signature.name(args), when=signature.now()
    )
    target = dataset.held_out_file(args.file)
    print(f"{target}: {count} phrases; {args.file}: {version.phrases}, version {version.number}")
    return 0


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share <= 0.5:
        raise argparse.ArgumentTypeError(f"{text} is no part from 0 to 0.5")
    return share

"""Intents from examples: teach a model, and measure how well it understands.

    voicebot nlu train ivr_flows/intents.tsv -o ivr_flows/intents.npz
    voicebot nlu evaluate --train train.tsv --valid valid.tsv --test test.tsv
    voicebot nlu inbox ivr_flows/intents.tsv --model ivr_flows/intents.npz

Exit codes: 0 done, 1 `compare` finds the new model worse, 2 wrong use, or a file that is wrong
(every mistake is listed with its line).
"""

from __future__ import annotations

import argparse

from voicebot.cli.subcommands import add_subcommands, run_subcommand

SUBCOMMANDS: dict[str, str] = {
    "train": "make a model of phrases and what they mean",
    "evaluate": "measure a training set on phrases that it does not have",
    "inbox": "label what callers said and were misunderstood in",
    "hold-out": "keep a part of a training set to measure on",
    "compare": "hold a new model against the one that serves",
    "publish": "let a model serve",
    "rollback": "let the model before serve again",
}
"""Name -> what it does, as `--help` has it."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot nlu`."""
    add_subcommands(parser, __name__, SUBCOMMANDS)


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot nlu`."""
    return run_subcommand(args)

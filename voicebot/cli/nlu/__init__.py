"""Intents from examples: teach a model, and measure how well it understands.

    voicebot nlu train ivr_flows/intents.tsv -o ivr_flows/intents.npz
    voicebot nlu evaluate --train train.tsv --valid valid.tsv --test test.tsv

    voicebot nlu inbox ivr_flows/intents.tsv --model ivr_flows/intents.npz

Exit code: 0 done, 1 `compare` finds the new model worse, 2 wrong use, or a file that is wrong
(every mistake is listed with its line).
"""

from __future__ import annotations

import argparse

from voicebot.cli.nlu import compare, evaluate, hold_out, inbox, publish, rollback, train

_ACTIONS = {
    "train": (train, "make a model of phrases and what they mean"),
    "evaluate": (evaluate, "measure a training set on phrases that it does not have"),
    "inbox": (inbox, "label what callers said and were misunderstood in"),
    "hold-out": (hold_out, "keep a part of a training set to measure on"),
    "compare": (compare, "hold a new model against the one that serves"),
    "publish": (publish, "let a model serve"),
    "rollback": (rollback, "let the model before serve again"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot nlu`."""
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
    """Exit code of `voicebot nlu`."""
    return int(_ACTIONS[args.action][0].run(args))

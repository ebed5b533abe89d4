"""Compare a new model with the one that serves, before it is published.

    voicebot nlu compare ivr_flows/intents.npz new.npz --test ivr_flows/intents.heldout.tsv
    voicebot nlu compare ivr_flows/intents.npz new.npz --test held.tsv --since 30d

Right is the intent that was meant and not rejected, or a rejection of `oos`; judged as speech.
--since also asks both what they make of texts that calls were served by. Only --test decides.

Exit codes: 0 the new one may serve, 1 it is worse over all or for an intent, 2 wrong use, or a file
that cannot be used.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from voicebot.cli.calls import parse_since
from voicebot.cli.nlu import signature, weights
from voicebot.cli.places import add_places, store_url
from voicebot.nlu.intents.model import IntentModel
from voicebot.nlu.intents.scorer import TrainedIntents
from voicebot.nlu.intents.store import load
from voicebot.nlu.intents.training_set import OUT_OF_SCOPE, read_examples
from voicebot.nlu.trainer.comparing import Comparison, compare
from voicebot.nlu.trainer.inbox import KINDS, understood
from voicebot.store.opening import open_calls

_SHOWN = 15


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot nlu compare`."""
    parser.add_argument("old", type=Path, metavar="OLD")
    parser.add_argument("new", type=Path, metavar="NEW")
    parser.add_argument("--test", required=True, type=Path, metavar="FILE", help="held-out phrases")
    parser.add_argument(
        "--most-lost", type=float, default=0.1, metavar="PART",
        help="of an intent's phrases that may be lost, where it has five or more (0.1)",
    )  # fmt: skip
    parser.add_argument(
        "--since", type=parse_since, metavar="WHEN", help="also texts of calls since then: 30d"
    )
    weights.configure_encoder(parser)
    add_places(parser, "config", "data")


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot nlu compare`."""
    old, new = (_opened(load(file), args) for file in (args.old, args.new))
    examples = read_examples(args.test, old.model.language).examples
    truth = [example.label for example in examples]
    texts = [example.text for example in examples]
    found = compare(truth, _answers(old, texts), _answers(new, texts), args.most_lost)
    _print(found)
    if args.since:
        _print_calls(old, new, args)
    for objection in found.objections:
        print(f"worse: {objection}")
    print("The new model should not serve." if found.objections else "The new model may serve.")
    return int(bool(found.objections))


def _opened(model: IntentModel, args: argparse.Namespace) -> TrainedIntents:
    encoder = weights.encoder_for(args, model.language) if model.sense else None
    fits = encoder is not None and model.sense and encoder.fingerprint == model.sense.fingerprint
    return TrainedIntents(model, encoder if fits else None)


def _answers(trained: TrainedIntents, texts: Sequence[str]) -> list[str]:
    """The intent of each text, `oos` where it is rejected."""
    found = []
    for text in texts:
        meaning = trained.read(text)
        calibration = trained.model.calibration(spoken=True, sense=meaning.sense is not None)
        judgment = trained.model.judge(meaning, calibration)
        kept = judgment.score >= calibration.reject
        found.append(trained.model.labels[judgment.best] if kept else OUT_OF_SCOPE)
    return found


def _print(found: Comparison) -> None:
    table = Table("intent", "phrases", "old", "new", "95 %", box=None)
    for change in found.intents[:_SHOWN]:
        low, high = change.interval
        table.add_row(
            change.label,
            str(change.count),
            f"{100 * change.old:.0f} %",
            f"{100 * change.new:.0f} %",
            f"{100 * low:.0f} to {100 * high:.0f}",
        )
    Console().print(table)
    low, high = (100 * bound for bound in found.difference)
    print(
        f"{found.count} phrases: {100 * found.old:.1f} % were right, {100 * found.new:.1f} % are "
        f"(95 %: {low:+.1f} to {high:+.1f})"
    )


def _print_calls(old: TrainedIntents, new: TrainedIntents, args: argparse.Namespace) -> None:
    calls = open_calls(store_url(args))
    try:
        items = list(understood(calls.journals(args.since, signature.now(), KINDS)))
    finally:
        calls.close()
    texts = [item.text for item in items if item.language == old.model.language]
    pairs = list(zip(_answers(old, texts), _answers(new, texts), strict=True))
    changed = Counter((a, b) for a, b in pairs if a != b)
    print(
        f"{len(texts)} texts that calls were served by: {changed.total()} would be another intent"
    )
    for (before, after), count in changed.most_common(_SHOWN):
        print(f"  {count:4}  {before} -> {after}")

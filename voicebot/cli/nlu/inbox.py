"""What callers said and were perhaps misunderstood in: look through it, and teach what was meant.

    voicebot nlu inbox ivr_flows/intents.tsv --model ivr_flows/intents.npz
    voicebot nlu inbox ivr_flows/intents.tsv --list --since 1d

From the calls since then come texts that were not understood, hardly, denied or said again, and the
last wish of callers who called again within a quarter of an hour; alike ones are together. One key
decides; at the end a new version of the file is written. Texts are callers' own words: take names
and numbers out of the file before you pass it on.

Exit codes: 0 done, 2 wrong use, or a file or database that cannot be used.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from voicebot.cli.calls import parse_since, printable
from voicebot.cli.nlu import signature, weights
from voicebot.cli.nlu.keyboard import Ask, one_key
from voicebot.cli.places import add_places, store_url
from voicebot.nlu.intents.scorer import TrainedIntents
from voicebot.nlu.intents.store import load
from voicebot.nlu.trainer import dataset
from voicebot.nlu.trainer.clusters import Cluster, clusters
from voicebot.nlu.trainer.inbox import KINDS, Item, Limits, collect
from voicebot.nlu.trainer.labeling import KEYS, Labeling, press
from voicebot.store.erased_files import INBOX
from voicebot.store.opening import open_calls

_TEXTS = 8


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot nlu inbox`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the training set, as TSV")
    parser.add_argument("--model", type=Path, metavar="MODEL", help="suggests intents")
    parser.add_argument(
        "--since", type=parse_since, default=parse_since("7d"), metavar="WHEN", help="7d"
    )
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="of the calls (en)")
    parser.add_argument(
        "--sure", type=float, default=0.6, metavar="C", help="confidence not to be doubted (0.6)"
    )
    parser.add_argument(
        "--again", type=float, default=15, metavar="MINUTES", help="a call soon after (15)"
    )
    parser.add_argument("--list", action="store_true", help="only show")
    weights.configure_encoder(parser)
    add_places(parser, "config", "data")
    signature.configure(parser, "from calls")


def run(args: argparse.Namespace, ask: Ask = one_key) -> int:
    """Exit code of `voicebot nlu inbox`."""
    found = clusters(_waiting(args), _model(args))
    if args.list:
        print("\n\n".join(_shown(cluster) for cluster in found) or "Nothing is waiting.")
        return 0
    state = Labeling(tuple(found))
    try:
        while state.cluster is not None:
            print(f"\n{_shown(state.cluster)}\n{state.note or KEYS}")
            state = press(state, ask("name: " if state.naming else "> ", line=state.naming))
    except KeyboardInterrupt:
        print()
    _keep(state, args)
    return 0


def _waiting(args: argparse.Namespace) -> list[Item]:
    """What was not decided on before."""
    limits = Limits(args.sure, timedelta(minutes=args.again))
    calls = open_calls(store_url(args))
    try:
        items = collect(calls.journals(args.since, signature.now(), KINDS), limits)
    finally:
        calls.close()
    decided = _decided(args)
    known = dataset.known_texts(args.file)
    return [
        item
        for item in items
        if item.language == args.lang
        if item.text not in known and not decided.issuperset(item.places)
    ]


def _model(args: argparse.Namespace) -> TrainedIntents | None:
    if args.model is None:
        return None
    model = load(args.model)
    return TrainedIntents(model, weights.encoder_for(args, model.language) if model.sense else None)


def _shown(cluster: Cluster) -> str:
    lines = []
    for item in cluster.items[:_TEXTS]:
        why = ", ".join(item.reasons)
        guess = f"; taken for {', '.join(item.guesses)}" if item.guesses else ""
        then = f"; then chose {', '.join(item.chosen)}" if item.chosen else ""
        lines.append(printable(f"{item.count:3} x {item.text}   ({why}{guess}{then})"))
    if more := len(cluster.items) - _TEXTS:
        lines += [f"    and {more} more"] if more > 0 else []
    lines += [
        f"  {number}  {label}  {100 * likely:.0f} %"
        for number, (label, likely) in enumerate(cluster.suggestions, 1)
    ]
    return "\n".join(lines)


def _keep(state: Labeling, args: argparse.Namespace) -> None:
    """Write what was decided."""
    if state.dropped:
        _drop(state.dropped, args)
    if not state.labels:
        print("No phrase was labeled.")
        return
    by, when = signature.name(args), signature.now()
    added = dataset.add(args.file, state.labels, by=by, when=when, why=args.why)
    if added.version:
        print(f"{args.file}: version {added.version.number}, {added.version.added} phrases more")
    for label in added.lonely:
        print(f"`{label}` would have one phrase: it waits in the inbox until there are two")
    if added.held_out:
        print(f"{added.held_out} phrases are held out and were not added")


# What was dropped is kept by call and number, without its text.


def _file(args: argparse.Namespace) -> Path:
    return Path(args.data) / INBOX


def _decided(args: argparse.Namespace) -> set[str]:
    file = _file(args)
    return set(json.loads(file.read_text("utf-8"))) if file.is_file() else set()


def _drop(places: Sequence[str] | frozenset[str], args: argparse.Namespace) -> None:
    file = _file(args)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_text(json.dumps(sorted(_decided(args) | set(places))), "utf-8")
    draft.replace(file)

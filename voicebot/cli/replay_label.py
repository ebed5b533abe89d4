"""Say what a caller really said or meant, for measuring and for teaching.

    voicebot replay label 384275ca                                what was heard, by number
    voicebot replay label 384275ca 2 --text "i lost my card" --intent lost_card
    voicebot replay label 384275ca 3 --slot city=downtown
    voicebot replay label 384275ca 2 --remove
    voicebot replay label --tsv labeled.tsv              text<TAB>intent of all that is labeled

Labels are kept in the database, with who and when, and go with the call where it is erased.
`voicebot replay` counts word errors against them; `voicebot nlu train` reads the TSV.

Exit codes: 0 done, 1 nothing to export, 2 there is no such call or utterance, wrong use, or
there is no database.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from voicebot.cli.calls import printable
from voicebot.cli.places import add_places, store_url
from voicebot.cli.who import who
from voicebot.core.call import CallId
from voicebot.core.errors import WrongUse
from voicebot.replay.labeled import Utterance, examples, utterances
from voicebot.store.calls import CallStore
from voicebot.store.labels import INTENT, SLOT, TEXT, Label, LabelStore
from voicebot.store.opening import open_calls, open_labels

_AT_ONCE = 500


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("call", nargs="?", metavar="CALL", help="id of the call, or how it begins")
    parser.add_argument("number", nargs="?", type=int, metavar="N", help="of the utterance, from 1")
    parser.add_argument("--text", metavar="WORDS", help="what was said")
    parser.add_argument("--intent", metavar="NAME", help="what was meant; oos: nothing of it")
    parser.add_argument(
        "--slot", action="append", type=_slot, default=[], metavar="NAME=VALUE", help="a value"
    )
    parser.add_argument("--remove", action="store_true", help="take back what was said of it")
    parser.add_argument("--by", default="", metavar="NAME", help="who does it (the user)")
    parser.add_argument("--tsv", type=Path, metavar="FILE", help="export training data")
    add_places(parser, "config", "data")


def run(args: argparse.Namespace) -> int:
    """Returns the exit code."""
    given = _given(args)
    is_change = bool(given) or args.remove
    if bool(args.tsv) == bool(args.call) or (is_change and args.number is None):
        print("voicebot replay label: name a call, and N to label; or --tsv", file=sys.stderr)
        return 2
    url = store_url(args)
    store, labels = open_calls(url), open_labels(url)
    try:
        if args.tsv:
            return _export(store, labels, args.tsv)
        return _one(store, labels, args, given)
    finally:
        labels.close()
        store.close()


def _given(args: argparse.Namespace) -> dict[str, str]:
    found = {TEXT: args.text, INTENT: args.intent}
    values = {what: value.strip() for what, value in found.items() if value is not None}
    return {**values, **{SLOT + name: value for name, value in args.slot}}


def _one(
    store: CallStore, labels: LabelStore, args: argparse.Namespace, given: dict[str, str]
) -> int:
    call = store.one(args.call)
    said = utterances(store.facts(call), labels.of([call]))
    if args.number is not None and not 1 <= args.number <= len(said):
        problem = f"the caller said {len(said)} things: there is no number {args.number}"
        raise WrongUse(problem)
    if args.number is not None:
        said = said[args.number - 1 : args.number]
        _change(labels, call, said[0], args, given)
        of_call = utterances(store.facts(call), labels.of([call]))
        said = of_call[args.number - 1 : args.number]
    print(printable("\n".join(map(_shown, said)) or "The caller said nothing."))
    return 0


def _change(
    labels: LabelStore,
    call: CallId,
    one: Utterance,
    args: argparse.Namespace,
    given: dict[str, str],
) -> None:
    for what in one.labels if args.remove else ():
        labels.remove(call, one.seq, what)
    for what, value in given.items():
        labels.put(Label(call, one.seq, what, value, who(args.by), datetime.now(UTC)))


def _shown(one: Utterance) -> str:
    slots = "".join(f"  {name}={value}" for name, value in one.slots.items())
    heard = f'"{one.heard}"' if one.heard else "…"
    lines = [
        f"{one.number:3} {one.at_ms / 1000:6.1f}  {heard} {one.confidence:.2f}  "
        f"{one.intent}{slots}".rstrip()
    ]
    lines += [f"{'':11}{what}: {value}" for what, value in sorted(one.labels.items())]
    return "\n".join(lines)


def _export(store: CallStore, labels: LabelStore, path: Path) -> int:
    rows = list(dict.fromkeys(_rows(store, labels)))
    if not rows:
        print("voicebot replay label: no utterance is labeled with an intent", file=sys.stderr)
        return 1
    path.write_text("".join(f"{text}\t{intent}\n" for text, intent in rows), "utf-8")
    print(f"{path}: {len(rows)} phrases")
    return 0


def _rows(store: CallStore, labels: LabelStore) -> Sequence[tuple[str, str]]:
    calls = list(dict.fromkeys(label.call for label in labels.of()))
    found: list[tuple[str, str]] = []
    for first in range(0, len(calls), _AT_ONCE):
        part = calls[first : first + _AT_ONCE]
        journals, of_call = store.journals_of(part), store.labels_of(part)
        for call in part:
            found += examples(utterances(journals.get(call, ()), of_call.get(call, ())))
    return found


def _slot(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r}: write NAME=VALUE")
    return name.strip(), value.strip()

"""Measure what a training set teaches, on phrases that it does not have.

    voicebot nlu evaluate --train train.tsv --valid valid.tsv --test test.tsv
    voicebot nlu evaluate --train train.tsv --test test.tsv --json

Lines are `text<TAB>label`, `oos` marks what is out of scope. The threshold of rejection keeps 95 %
of the validation set's phrases in scope (without one: of phrases held out of the training set).
`accuracy` counts the likeliest intent of phrases in scope, `in_scope_accuracy` only what was not
rejected too; times are CPU time of one thread.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from voicebot.cli.nlu import weights
from voicebot.cli.nlu.train import bar, shown
from voicebot.nlu.intents.measure import Report, fixed_on, interpreter, judge_all, report
from voicebot.nlu.intents.train import train
from voicebot.nlu.intents.training_set import Example, read_examples, read_taught
from voicebot.nlu.noise import Noise, stock


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot nlu evaluate`."""
    parser.add_argument("--train", required=True, type=Path, metavar="FILE")
    parser.add_argument("--valid", type=Path, metavar="FILE")
    parser.add_argument("--test", required=True, type=Path, metavar="FILE")
    weights.configure(parser)
    parser.add_argument(
        "--noise", type=float, default=0.0, metavar="RATE",
        help="test on simulated recognition errors, this many a word; judge as speech",
    )  # fmt: skip
    parser.add_argument("--spoken", action="store_true", help="the texts are recognized speech")
    parser.add_argument("--json", action="store_true", help="only the six main figures, as JSON")
    parser.add_argument("--details", type=Path, metavar="FILE", help="write all figures as JSON")


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot nlu evaluate`."""
    found = _measured(args)
    if args.details:
        text = json.dumps({**found.headline(), **found.details}, indent=1, ensure_ascii=False)
        args.details.write_text(text + "\n", "utf-8")
    if args.json:
        print(json.dumps(found.headline()))
    else:
        _print(found)
    return 0


def _measured(args: argparse.Namespace) -> Report:
    training = read_taught(args.train, args.lang)
    test = read_examples(args.test, training.language).examples
    valid = read_examples(args.valid, training.language).examples if args.valid else ()
    encoder = weights.encoder_for(args, training.language)
    with bar() as progress:
        options = weights.options(args)
        model = train(training, encoder, options, shown(progress))
    spoken = bool(args.spoken or args.noise)
    calibration = model.calibration(spoken=spoken, sense=model.sense is not None)
    if args.noise:
        noise = Noise(
            stock([e.text for e in training.examples], training.language, weights.pronounce),
            args.noise,
        )
        test, valid = _noised(test, noise), _noised(valid, noise)

    calibration = fixed_on(model, valid, lambda c: interpreter(model, encoder, c), calibration)
    interpret = interpreter(model, encoder, calibration)
    for example in test[:20]:
        interpret(example.text)
    return report(judge_all(model, test, interpret), calibration.reject)


def _noised(examples: tuple[Example, ...], noise: Noise) -> tuple[Example, ...]:
    return tuple(Example(noise(e.text), e.label, e.file, e.line) for e in examples)


def _print(found: Report) -> None:
    console = Console()
    console.print(_figures(found))
    details = found.details
    worst = sorted(details["intents"].items(), key=lambda item: item[1]["recall"])[:10]
    table = Table("intent", "phrases", "recall", "precision", title="least understood", box=None)
    for label, row in worst:
        table.add_row(label, str(row["count"]), _percent(row["recall"]), _percent(row["precision"]))
    console.print(table)
    table = Table("meant", "taken for", "times", title="most often confused", box=None)
    for row in details["confusions"][:10]:
        table.add_row(row["meant"], row["found"], str(row["count"]))
    console.print(table)
    table = Table("of the surest", "wrong", title="errors by coverage", box=None)
    for row in details["coverage_error"]:
        table.add_row(_percent(row["coverage"]), _percent(row["error"]))
    console.print(table)


def _figures(found: Report) -> Table:
    details = found.details
    table = Table(box=None, show_header=False)
    rows = {
        "right, nothing rejected": found.accuracy,
        "right and not rejected": found.in_scope_accuracy,
        "in scope, kept": details["in_scope_kept"],
        "out of scope, rejected": found.oos_recall,
        "out of scope, accepted": details["oos_accepted"],
        "right over all": details["overall_accuracy"],
        "area under the ROC curve": found.oos_auroc,
        "calibration error": found.ece,
    }
    for name, value in rows.items():
        table.add_row(name, _percent(value))
    times = ", ".join(f"{name} {value}" for name, value in found.latency_ms.items())
    table.add_row("CPU time, ms", times)
    table.add_row("memory, MB", str(details["memory_mb"]))
    return table


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"

"""How often trained intents are right, clean and with recognition errors.

    python -m bench.intents banking77 train_5 train_10 train
    python -m bench.intents smp2017 train --errors 0 0.2

Trains on a file of `../shared/data/nlu` (or VOICEBOT_SHARED), tests on its `valid.tsv`. Per row:
% right with nothing rejected; the same at menus of eight random intents, the right one among them;
% of what is in scope that is kept at the threshold of the training's own held-out phrases (typed
text clean, speech with errors); calibration error; then CPU time of one interpretation. Errors are
simulated a word (Chinese: a character), seed fixed.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from voicebot.cli.nlu.weights import pronounce
from voicebot.nlu.embedding.find import MODEL, find_encoder
from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder
from voicebot.nlu.intents.measure import Report, interpreter, judge_all, report
from voicebot.nlu.intents.model import IntentModel
from voicebot.nlu.intents.train import TrainingOptions, train
from voicebot.nlu.intents.training_set import OUT_OF_SCOPE, Example, TrainingSet, read_examples
from voicebot.nlu.noise import Noise, stock

ROOT = Path(__file__).resolve().parent
MENU = 8
SHARED = Path(os.environ.get("VOICEBOT_SHARED", ROOT.parent.parent / "shared"))


def tested(
    model: IntentModel, encoder: SentenceEncoder | None, examples: list[Example], *, spoken: bool
) -> Report:
    """The figures of one row."""
    sense = model.sense is not None and encoder is not None
    calibration = model.calibration(spoken=spoken, sense=sense)
    judged = judge_all(model, examples, interpreter(model, encoder, calibration))
    return report(judged, calibration.reject)


def at_menus(
    model: IntentModel, encoder: SentenceEncoder | None, examples: list[Example], *, spoken: bool
) -> float:
    """Share that is right where eight intents can be meant, in %."""
    sense = model.sense is not None and encoder is not None
    calibration = model.calibration(spoken=spoken, sense=sense)
    chance, right = random.Random(8), 0
    for example in examples:
        own = model.labels.index(example.label)
        others = [n for n in range(len(model.labels)) if n != own]
        allowed = [own, *chance.sample(others, min(MENU - 1, len(others)))]
        interpret = interpreter(model, encoder, calibration, allowed)
        right += interpret(example.text).best == own
    return 100 * right / max(1, len(examples))


def noised(examples: list[Example], training: TrainingSet, rate: float) -> list[Example]:
    """The same with errors."""
    noise = Noise(stock([e.text for e in training.examples], training.language, pronounce), rate)
    return [Example(noise(e.text), e.label) for e in examples]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--errors", nargs="+", type=float, default=[0, 0.1, 0.2])
    parser.add_argument("--encoder", type=Path, default=MODEL)
    args = parser.parse_args()
    folder = SHARED / "data" / "nlu" / args.set
    table = Table(
        "set", "tier", "errors", "right", "at menus", "kept", "ECE", "ms p50 / p99", "training s"
    )
    for name in args.files:
        _rows(table, folder, name, args)
    Console(width=120).print(table)


def _rows(table: Table, folder: Path, name: str, args: argparse.Namespace) -> None:
    training = read_examples(folder / f"{name}.tsv")
    encoder = None if training.language == "zh" else find_encoder(args.encoder)
    valid = read_examples(folder / "valid.tsv", training.language).examples
    inside = [example for example in valid if example.label != OUT_OF_SCOPE]
    began = time.monotonic()
    model = train(training, encoder, TrainingOptions(pronounce=pronounce))
    took = f"{time.monotonic() - began:.0f}"
    for tier in (encoder, None) if encoder else (None,):
        for rate in args.errors:
            lines = noised(inside, training, rate) if rate else inside
            found = tested(model, tier, lines, spoken=rate > 0)
            times = f"{found.latency_ms['p50']:.1f} / {found.latency_ms['p99']:.1f}"
            kind = "words" if tier is None else "words and sense"
            menus = f"{at_menus(model, tier, lines, spoken=rate > 0):.1f}"
            parts = (found.accuracy, found.details["in_scope_kept"], found.ece)
            right, kept, error = (f"{100 * (part or 0):.1f}" for part in parts)
            cells = (right, menus, kept, error)
            table.add_row(f"{folder.name} {name}", kind, f"{rate:.0%}", *cells, times, took)


if __name__ == "__main__":
    main()

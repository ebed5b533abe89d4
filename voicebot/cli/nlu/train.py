"""Make an intent model of phrases and what they mean.

    voicebot nlu train ivr_flows/intents.tsv -o ivr_flows/intents.npz

A file has `phrase<TAB>intent` a line, or is YAML: intents with lists of phrases. `oos` is the
intent of what is out of scope. Nothing is written where a file is wrong; the model is renamed into
place when it is whole.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TimeElapsedColumn

from voicebot.cli.flows.unheard import HINT, unheard_words
from voicebot.cli.nlu import weights
from voicebot.nlu.intents import store
from voicebot.nlu.intents.train import Step, train
from voicebot.nlu.intents.training_set import read_training
from voicebot.nlu.trainer.dataset import check_not_held_out


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot nlu train`."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="MODEL")
    weights.configure(parser)


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot nlu train`."""
    check_not_held_out(args.files)
    training = read_training(args.files, args.lang)
    encoder = weights.encoder_for(args, training.language)
    began = time.monotonic()
    with bar() as progress:
        options = weights.options(args)
        model = train(training, encoder, options, shown(progress))
    store.save(model, args.output)
    kind = "words and sense" if model.sense else "words"
    print(
        f"{args.output}: {len(training.in_scope)} phrases, {len(model.labels)} intents, "
        f"{model.language}, by {kind}, version {model.version}, "
        f"{time.monotonic() - began:.0f} s"
    )
    texts = [text for phrases in model.phrases.values() for text in phrases]
    if model.language == "en" and (words := unheard_words(texts)):
        print(f"note: PocketSphinx cannot hear: {', '.join(words)} ({HINT})")
    return 0


def bar() -> Progress:
    """Progress on the terminal's error stream."""
    columns = ("{task.description}", BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))


def shown(progress: Progress) -> Step:
    """A line of progress for each thing that is done."""
    tasks: dict[str, TaskID] = {}

    def step(what: str, done: int, of: int) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(what, total=of)
        progress.update(tasks[what], completed=done, total=of)

    return step

"""Whether simulated recognition errors do as much harm as real ones.

    python -m bench.noise [--encoder FOLDER]

TREC-6 questions, clean and as a recognizer heard them (`../shared/data/nlu/trec6_asr`, or
VOICEBOT_SHARED; Phoneme-BERT's data). Intents are learned from the clean training questions; then
the validation questions are asked clean, as recognized, and with errors simulated at the recognized
ones' own word error rate. Per row: that rate, % right by the blend and by words alone.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from voicebot.cli.nlu.weights import pronounce
from voicebot.nlu.embedding.find import MODEL, find_encoder
from voicebot.nlu.intents.measure import interpreter, judge_all
from voicebot.nlu.intents.train import TrainingOptions, train
from voicebot.nlu.intents.training_set import Example, TrainingSet, read_examples
from voicebot.nlu.noise import Noise, Pronounce, stock

ROOT = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("VOICEBOT_SHARED", ROOT.parent.parent / "shared"))


def error_rate(said: Sequence[Example], heard: Sequence[Example]) -> float:
    """Word errors a word of what was said."""
    pairs = [(a.text.split(), b.text.split()) for a, b in zip(said, heard, strict=True)]
    return sum(Levenshtein.distance(a, b) for a, b in pairs) / sum(len(a) for a, _ in pairs)


def simulated(
    training: TrainingSet, said: Sequence[Example], rate: float, sounds: Pronounce | None
) -> list[Example]:
    """The same with errors."""
    noise = Noise(stock([e.text for e in training.examples], "en", sounds), rate)
    return [Example(noise(example.text), example.label) for example in said]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, default=MODEL)
    args = parser.parse_args()
    folder = SHARED / "data" / "nlu" / "trec6_asr"
    training = read_examples(folder / "train_clean.tsv", "en")
    said = read_examples(folder / "valid_clean.tsv", "en").examples
    heard = read_examples(folder / "valid_asr.tsv", "en").examples
    rate = error_rate(said, heard)
    rows = {
        "clean": said,
        "recognized": heard,
        "simulated, by letters": simulated(training, said, rate, None),
        "simulated, by the dictionary": simulated(training, said, rate, pronounce),
    }
    encoder = find_encoder(args.encoder)
    model = train(training, encoder, TrainingOptions(pronounce=pronounce))
    table = Table("questions", "word errors", "right", "by words alone", box=None)
    for name, examples in rows.items():
        cells = [f"{100 * error_rate(said, examples):.0f} %"]
        for tier in (encoder, None):
            calibration = model.calibration(spoken=True, sense=tier is not None)
            judged = judge_all(model, examples, interpreter(model, tier, calibration))
            cells.append(f"{100 * judged.right.mean():.1f} %")
        table.add_row(name, *cells)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()

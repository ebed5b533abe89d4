"""How often intents are right where all but a tenth of the examples is learned from.

    python -m bench.intents_folds banking77 clinc150
    python -m bench.intents_folds smp2017 --folds 10

The validation sets of `../shared/data/nlu` (or VOICEBOT_SHARED) may be cut out of the training
sets: to test on BANKING77's costs a seventh of the examples, and it has 159 texts twice. Here both
are put together, each text once, every intent is spread over ten parts, and as many as `--folds` of
them are tested, each by a model of the other nine. Per set: % right with the sentence encoder, and
by words alone; of what is in scope, % that is kept at the model's own threshold; area under the ROC
curve against all texts out of scope, and % of them that are rejected. Mean over the parts ± their
standard deviation. A text is embedded once for all parts.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from voicebot.cli.nlu.weights import pronounce
from voicebot.nlu.embedding.find import MODEL, find_encoder
from voicebot.nlu.embedding.sentence import Sentence, Vector
from voicebot.nlu.embedding.sentence_encoder import SentenceEncoder
from voicebot.nlu.intents.measure import interpreter, judge_all, report
from voicebot.nlu.intents.train import TrainingOptions, train
from voicebot.nlu.intents.training_set import OUT_OF_SCOPE, Example, TrainingSet, read_examples

ROOT = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("VOICEBOT_SHARED", ROOT.parent.parent / "shared"))
PARTS = 10
FIGURES = ("accuracy", "words", "kept", "auroc", "rejected", "ece", "training_cpu_s")


class Remembering(SentenceEncoder):
    """Embeds a text once."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder
        self.fingerprint = encoder.fingerprint
        self._known: dict[tuple[str, int], Vector] = {}

    @property
    def vocabulary(self) -> int:
        """As of the encoder."""
        return self._encoder.vocabulary

    def pieces(self, text: str) -> list[int]:
        """As of the encoder."""
        return self._encoder.pieces(text)

    def sentence(self, text: str, importance: Vector | None = None) -> Sentence:
        """Of one text, without its words: of so many examples they are not looked at."""
        return Sentence(self.many([text], 1, None, importance)[0])

    def many(
        self,
        texts: Sequence[str],
        threads: int,
        done: Callable[[int], None] | None = None,
        importance: Vector | None = None,
    ) -> Vector:
        """Of several, those that were not asked for before by the encoder."""
        kind = 0 if importance is None else hash(importance.tobytes())
        new = [text for text in dict.fromkeys(texts) if (text, kind) not in self._known]
        if new:
            vectors = self._encoder.many(new, threads, done, importance)
            self._known |= {(text, kind): row for text, row in zip(new, vectors, strict=True)}
        rows: Vector = np.stack([self._known[text, kind] for text in texts])
        return rows


def examples_of(folder: Path) -> tuple[TrainingSet, list[Example]]:
    """All that is in scope and may be learned from, and all that is out of scope."""
    files = [read_examples(file) for file in sorted(folder.glob("*.tsv")) if _is_whole(file)]
    every = [Example(e.text, e.label) for file in files for e in file.examples]
    inside = tuple(dict.fromkeys(e for e in every if e.label != OUT_OF_SCOPE))
    outside = [example for example in every if example.label == OUT_OF_SCOPE]
    return TrainingSet(inside, files[0].language), outside


def _is_whole(file: Path) -> bool:
    """Not one of a few examples an intent, which are in the others too."""
    return file.stem in ("train", "valid", "oos_train")


def parts_of(examples: Sequence[Example]) -> list[int]:
    """The part of each, every intent spread over all."""
    seen: dict[str, int] = {}
    parts = [0] * len(examples)
    for place in np.random.default_rng(11).permutation(len(examples)):
        label = examples[place].label
        parts[place] = seen.setdefault(label, len(seen)) % PARTS
        seen[label] += 1
    return parts


def tested(
    whole: TrainingSet, outside: list[Example], part: int, encoder: SentenceEncoder | None
) -> dict[str, float | None]:
    """The figures of one part, by a model of the others."""
    parts = parts_of(whole.examples)
    taught = tuple(e for e, own in zip(whole.examples, parts, strict=True) if own != part)
    asked = [e for e, own in zip(whole.examples, parts, strict=True) if own == part]
    began = time.process_time()
    options = TrainingOptions(pronounce=pronounce)
    model = train(TrainingSet(taught, whole.language), encoder, options)
    took = time.process_time() - began
    calibration = model.calibration(spoken=False, sense=encoder is not None)
    judged = judge_all(model, [*asked, *outside], interpreter(model, encoder, calibration))
    found = report(judged, calibration.reject)
    plain = model.calibration(spoken=False, sense=False)
    words = report(judge_all(model, asked, interpreter(model, None, plain)), plain.reject)
    kept = found.details["in_scope_kept"]
    shares = (found.accuracy, words.accuracy, kept, found.oos_auroc, found.oos_recall, found.ece)
    percents = [None if share is None else 100 * share for share in shares]
    return dict(zip(FIGURES, [*percents, took], strict=True))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--encoder", type=Path, default=MODEL)
    args = parser.parse_args()
    table = Table("set", *FIGURES)
    for name in args.sets:
        whole, outside = examples_of(SHARED / "data" / "nlu" / name)
        encoder = None if whole.language == "zh" else find_encoder(args.encoder)
        once = None if encoder is None else Remembering(encoder)
        rows = []
        for part in range(args.folds):
            rows.append(tested(whole, outside, part, once))
            print(name, part, rows[-1], flush=True)
        table.add_row(name, *(_mean([row[figure] for row in rows]) for figure in FIGURES))
    Console(width=140).print(table)


def _mean(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    return f"{np.mean(known):.2f} ± {np.std(known, ddof=1) if len(known) > 1 else 0:.2f}"


if __name__ == "__main__":
    main()

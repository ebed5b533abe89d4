"""How often the phrase tier understands, and how often it takes nonsense for something.

    python bench/nlu.py [--show] [--shots 5] [--menus 40]

Two tables. The hand-made bank menus of `bench/data` (tuned on one half, the other held out), and
menus of eight random intents from BANKING77 and CLINC150 with few examples each as plain phrases,
where the data is at hand (`../shared/data/nlu`, or VOICEBOT_SHARED). Per row: right and taken as
it is, right but asked back, wrong and taken, wrong and asked back, missed; of what is on no menu:
taken, asked back. Last, CPU time per query.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from voicebot.core.meaning import Choice, Expectation, Interpretation, Match, SlotSpec, SlotType
from voicebot.core.phrases import Words, parse_phrase
from voicebot.core.speech import Hypothesis, Transcript
from voicebot.nlu import PhraseUnderstanding

ROOT = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("VOICEBOT_SHARED", ROOT.parent.parent / "shared"))
NOW = datetime(2026, 11, 18, 10, 0)
OUTSIDE = "oos"
MENU = 8


@dataclass
class Score:
    """Counts of one row of the table."""

    name: str
    counts: Counter[str] = field(default_factory=Counter)
    times_ms: list[float] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def add(self, text: str, label: str, found: Interpretation, accept: float) -> None:
        """Count one utterance."""
        sure = "taken" if found.confidence >= accept else "asked"
        side = "out" if label == OUTSIDE else "in"
        if found.match is Match.NONE:
            verdict = "missed"
        else:
            verdict = ("right " if found.choice == label else "wrong ") + sure
        self.counts[side] += 1
        self.counts[f"{side} {verdict}"] += 1
        if verdict not in ("right taken",) and (side, verdict) != ("out", "missed"):
            meant = found.choice or found.match.value
            self.misses.append(f"{verdict:12} {found.confidence:.2f} {label:13} {meant:13} {text}")

    def row(self) -> list[str]:
        """Cells in per cent."""
        keys = ["in right taken", "in right asked", "in wrong taken", "in wrong asked", "in missed"]
        cells = [self._part(key, "in") for key in keys]
        cells += [self._part(key, "out") for key in ("out wrong taken", "out wrong asked")]
        ordered = sorted(self.times_ms)
        p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
        counts = f"{self.counts['in']} + {self.counts['out']}"
        return [self.name, counts, *cells, f"{p50:.2f} / {p99:.2f}"]

    def _part(self, key: str, side: str) -> str:
        return f"{100 * self.counts[key] / self.counts[side]:.1f}" if self.counts[side] else "-"


def try_all(score: Score, expectation: Expectation, lines: Iterable[tuple[str, str]]) -> None:
    """Interpret every (text, label) and count."""
    understanding = PhraseUnderstanding(now=lambda: NOW)
    understanding.understand(_heard("warm up"), expectation)
    for text, label in lines:
        started = time.thread_time()
        found = understanding.understand(_heard(text), expectation)
        score.times_ms.append((time.thread_time() - started) * 1000)
        score.add(text, label, found, expectation.accept)


def _heard(text: str) -> Transcript:
    return Transcript((Hypothesis(text, 1.0),), final=True)


def bank(path: Path) -> tuple[Expectation, list[tuple[str, str]], list[tuple[str, str]]]:
    """The menu, its tuning half and its held-out half."""
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    expectation = Expectation(
        language=data["language"],
        choices=_choices(data["choices"]),
        universals=_choices(data["universals"]),
        slots=tuple(SlotSpec(name, SlotType(kind)) for name, kind in data["slots"].items()),
    )
    tuning, held_out = [], []
    for label, texts in data["utterances"].items():
        tuning += [(text, label) for text in texts[0::2]]
        held_out += [(text, label) for text in texts[1::2]]
    return expectation, tuning, held_out


def _choices(entries: dict[str, list[str]]) -> tuple[Choice, ...]:
    return tuple(
        Choice(name, tuple(parse_phrase(text) for text in texts)) for name, texts in entries.items()
    )


def few_shot(folder: Path, shots: int, menus: int) -> Score:
    """Random menus of eight intents; other intents of the same set are out of scope."""
    train, valid = _lines(folder / f"train_{shots}.tsv"), _lines(folder / "valid.tsv")
    chance = random.Random(1)
    labels = sorted({label for _, label in valid} - {OUTSIDE})
    score = Score(f"{folder.name}, {shots} phrases, {menus} menus of {MENU}")
    for _ in range(menus):
        menu = chance.sample(labels, MENU)
        inside = [line for line in valid if line[1] in menu]
        outside = [(text, OUTSIDE) for text, label in valid if label not in menu]
        lines = chance.sample(inside, min(40, len(inside))) + chance.sample(outside, 20)
        try_all(score, _plain_menu(menu, train), lines)
    return score


def _plain_menu(menu: list[str], train: list[tuple[str, str]]) -> Expectation:
    return Expectation(
        choices=tuple(
            Choice(name, tuple(Words(text.lower()) for text, label in train if label == name))
            for name in menu
        )
    )


def _lines(path: Path) -> list[tuple[str, str]]:
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [(row[0], row[1]) for row in rows]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="list what went wrong")
    parser.add_argument("--shots", type=int, default=5, choices=(5, 10))
    parser.add_argument("--menus", type=int, default=40)
    args = parser.parse_args()
    scores: list[Score] = []
    for path in sorted((ROOT / "data").glob("nlu_bank_*.yaml")):
        expectation, *halves = bank(path)
        for half, lines in zip(("tuning", "held out"), halves, strict=True):
            score = Score(f"{path.stem}, {half}")
            try_all(score, expectation, lines)
            scores.append(score)
    for name in ("banking77", "clinc150"):
        folder = SHARED / "data" / "nlu" / name
        if folder.is_dir():
            scores.append(few_shot(folder, args.shots, args.menus))
    _print(scores, show=args.show)


def _print(scores: list[Score], *, show: bool) -> None:
    console = Console(width=140)
    table = Table("set", "in + out", "right", "asked", "wrong", "wrong asked", "missed")
    for heading in ("out: taken", "out: asked", "ms p50 / p99"):
        table.add_column(heading)
    for score in scores:
        table.add_row(*score.row())
    console.print(table)
    if show:
        for score in scores:
            console.print(f"\n{score.name}", *score.misses, sep="\n", highlight=False)


if __name__ == "__main__":
    main()

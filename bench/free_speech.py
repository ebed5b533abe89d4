"""Free wordings by voice: what callers say in words that no phrase of the menu has.

    python -m bench.free_speech                       voices rms, slt and awb of flite
    python -m bench.free_speech --voices rms --speech ../shared/data/speech

The main menu of the sample bank, a model of words taught with `bench/data/free_speech`,
PocketSphinx. Spoken over G.711: held-out wordings of the same wishes, forty of the menu's own
phrases, and what no bank answers; people's coffee orders and single words, where `--speech` has
them. Each with what was taught, and without it. Of each: taken for the right choice, asked back
with it, not understood, asked back without it, taken for a wrong one; CPU time of recognizing and
understanding.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from voicebot import nlu
from voicebot.asr.in_process import build_in_process
from voicebot.asr.settings import AsrSettings
from voicebot.audio.telephone import telephone
from voicebot.audio.wav import read_wav
from voicebot.core.audio import NARROWBAND, Pcm
from voicebot.core.meaning import Expectation, Interpretation, Match
from voicebot.core.phrases import sentences
from voicebot.flow.visit import Visit
from voicebot.nlu.intents import store
from voicebot.nlu.intents.train import train
from voicebot.nlu.intents.training_set import read_training
from voicebot.publishing.sources import Sources

ROOT = Path(__file__).resolve().parent
DATA = ROOT / "data" / "free_speech"
OUTSIDE = "oos"
_PAD = Pcm.silence(400, NARROWBAND)
_COLUMNS = ("right", "asked", "none", "asked wrongly", "wrong")


@dataclass(frozen=True, slots=True)
class Said:
    """A clip and what it means."""

    kind: str
    label: str
    sound: Pcm


def menu() -> Expectation:
    """What is expected at the sample bank's main menu."""
    sources = Sources(ROOT.parent / "ivr_flows")
    flow = sources.read(sources.drafts(), None).flows.get("bank_en")
    return flow.nodes["main"].expectation(flow, Visit())  # type: ignore[attr-defined, no-any-return]


def texts(expectation: Expectation) -> Iterator[tuple[str, str, str]]:
    """(kind, text, label)."""
    for line in (DATA / "bank_test.tsv").read_text("utf-8").splitlines():
        text, _, label = line.partition("\t")
        yield "outside" if label == OUTSIDE else "free", text, label
    chosen = random.Random(1)
    phrases = [
        ("phrase", chosen.choice(plain), choice.name)
        for choice in expectation.choices
        for phrase in choice.phrases
        if (plain := [s for s in sentences(phrase, 200) if "{" not in s])
    ]
    yield from chosen.sample(phrases, 40)


def spoken(text: str, voice: str, folder: Path) -> Pcm:
    """Over G.711."""
    file = folder / "said.wav"
    subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(file)], check=True)
    return padded(telephone(read_wav(file).mono()))


def padded(pcm: Pcm) -> Pcm:
    """With line around it."""
    return Pcm.join([_PAD, pcm, _PAD], NARROWBAND)


def clips(args: argparse.Namespace, expectation: Expectation) -> list[Said]:
    """All of them."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, text, label in texts(expectation):
            found += [Said(kind, label, spoken(text, v, Path(folder))) for v in args.voices]
    for name, pattern in (("people: orders", "orders/*.wav"), ("people: words", "words/*/*.wav")):
        files = sorted(args.speech.glob(pattern)) if args.speech else []
        found += [Said(name, OUTSIDE, padded(telephone(read_wav(f).mono()))) for f in files[::2]]
    return found


def outcome(meant: Interpretation, label: str, accept: float) -> str:
    """One of `_COLUMNS`."""
    if meant.match is Match.NONE:
        return "none"
    accept = meant.levels.accept if meant.levels is not None else accept
    if meant.runner_up or meant.confidence < accept:
        return "asked" if label in (meant.choice, meant.runner_up) else "asked wrongly"
    return "right" if meant.choice == label else "wrong"


async def measure(
    said: list[Said], expectation: Expectation, model: Path, *, taught: bool
) -> Table:
    """A table row a kind."""
    recognizer = build_in_process(AsrSettings())
    settings = nlu.NluSettings(intents={"en": model}, encoder=model.parent)
    understanding = nlu.build(settings)
    wanted = understanding.worded(expectation) if taught else expectation
    rows: dict[str, list[tuple[str, float]]] = {}
    for one in said:
        began = time.process_time()
        hearing = recognizer.hear(wanted)
        hearing.feed(one.sound)
        meant = understanding.understand(await hearing.finish(), expectation)
        took = time.process_time() - began
        rows.setdefault(one.kind, []).append((outcome(meant, one.label, expectation.accept), took))
    table = Table("speech", "n", *(f"{name} %" for name in _COLUMNS), "CPU ms p50", "p95")
    table.title = "with what was taught" if taught else "by phrases alone"
    for kind, found in rows.items():
        shares = [100 * sum(o == name for o, _ in found) / len(found) for name in _COLUMNS]
        times = [1000 * took for _, took in found[1:]]
        cost = (f"{np.percentile(times, 50):.0f}", f"{np.percentile(times, 95):.0f}")
        table.add_row(kind, str(len(found)), *(f"{share:.1f}" for share in shares), *cost)
    return table


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voices", nargs="+", default=["rms", "slt", "awb"])
    parser.add_argument("--speech", type=Path, help="people's clips: orders/, words/")
    args = parser.parse_args()
    console, expectation = Console(width=110), menu()
    console.print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    said = clips(args, expectation)
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "bank.npz"
        store.save(train(read_training([DATA / "bank_train.yaml"]), None), model)
        for taught in (False, True):
            console.print(asyncio.run(measure(said, expectation, model, taught=taught)))


if __name__ == "__main__":
    main()

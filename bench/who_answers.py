"""How often a person and a machine who answer a call are told apart, by their greetings alone.

  .venv/bin/python -m bench.who_answers                       voices of flite and espeak-ng
  .venv/bin/python -m bench.who_answers --people FOLDER       and WAVs of people who say one word

Each greeting goes through G.711 behind 0.4 s of quiet, with noise at -65 and at -45 dB of full
scale, and through the node's own detector of voices. Made voices pause less than people do, and no
machine here was recorded from a network: real ones will do worse.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from voicebot import vad
from voicebot.audio.g711 import mulaw_decode, mulaw_encode
from voicebot.audio.resample import resample
from voicebot.audio.wav import read_wav
from voicebot.core.audio import FRAME_MS, NARROWBAND, Pcm
from voicebot.turns.answering_machine import AnswerDetector

ENGLISH, CHINESE = ("slt", "kal16", "rms", "awb"), ("cmn", "cmn+f2", "cmn+m3")
SHORT = (
    "Hello?",
    "Yes?",
    "Hello, Anna Li.",
    "Yes, hello?",
    "Miller.",
    "Good morning.",
    "Hello, this is Tom.",
    "Who is this?",
    "Yeah, hi.",
    "Hello, Miller and sons.",
)
LONG = (
    "Miller and sons, Anna Miller speaking, good morning.",
    "Good morning, this is the city library, how can I help you?",
)
MACHINES = (
    "You have reached the voice mail of Anna Li. Please leave a message after the tone.",
    "Hi, this is Tom. I can't come to the phone right now. Leave a message.",
    "The person you have called is not available. Please try again later.",
    "Hello. We are not at home. Please leave a message.",
    "Welcome to the mailbox of four nine one seven zero. Please speak after the beep.",
    "Hi, it's Kate. Leave a message.",
    "Sorry, nobody is here.",
    "This number is temporarily out of service.",
)
SHORT_ZH = ("喂？", "你好。", "喂，你好。", "您好，哪位？")
MACHINES_ZH = (
    "您好，我现在不方便接听电话，请在提示音后留言。",
    "您拨打的电话暂时无法接通，请稍后再拨。",
    "对不起，您拨打的用户已关机。",
)
NOISES_DB = (-65, -45)
PEAK = 9_000


def spoken(text: str, voice: str, folder: Path) -> Pcm:
    """By flite, or by espeak-ng for Chinese."""
    file = folder / "greeting.wav"
    flite = ["flite", "-voice", voice, "-t", text, "-o", str(file)]
    espeak = ["espeak-ng", "-v", voice, "-w", str(file), text]
    subprocess.run(espeak if voice in CHINESE else flite, check=True)
    return read_wav(file).mono()


def on_the_line(sound: Pcm, noise_db: float) -> Pcm:
    """As the node hears it, and then nothing."""
    wave = resample(sound, NARROWBAND).samples.astype(np.float64)
    wave *= PEAK / (np.abs(wave).max() or 1)
    wave = np.concatenate([np.zeros(400 * 8), wave, np.zeros(6_000 * 8)])
    wave += np.random.default_rng(7).normal(0, 32768 * 10 ** (noise_db / 20), len(wave))
    clipped = np.clip(wave, -32768, 32767).astype(np.int16)
    return Pcm(mulaw_decode(mulaw_encode(clipped)), NARROWBAND)


def judged(sound: Pcm, noise_db: float) -> str:
    """Who it seems to be."""
    voices, detector = DETECTOR(), AnswerDetector()
    quiet = Pcm.silence(FRAME_MS, NARROWBAND)
    for frame in on_the_line(sound, noise_db).frames():
        voices.hear(frame, quiet)
        if verdict := detector.feed(talks=voices.judge().voiced):
            return str(verdict.who)
    return "nothing"


def sets(folder: Path, people: Path | None) -> Iterator[tuple[str, Iterator[Pcm]]]:
    """What is judged, by name."""
    for name, texts, voices in (
        ("a person, a word or two", SHORT, ENGLISH),
        ("a person, a sentence", LONG, ENGLISH),
        ("a machine", MACHINES, ENGLISH),
        ("a person, Chinese", SHORT_ZH, CHINESE),
        ("a machine, Chinese", MACHINES_ZH, CHINESE),
    ):
        yield name, (spoken(text, voice, folder) for text in texts for voice in voices)
    if people is not None:
        yield "people, recorded", (read_wav(file).mono() for file in sorted(people.glob("*.wav")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=Path, help="WAVs of people, one word each")
    people = parser.parse_args().people
    print(f"{'who':28}{'greetings':>10}{'person':>8}{'machine':>8}{'unsure':>8}")
    began_s = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        for name, sounds in sets(Path(folder), people):
            counts = Counter(judged(s, noise_db) for s in sounds for noise_db in NOISES_DB)
            shares = "".join(f"{counts[who]:8}" for who in ("person", "machine", "unsure"))
            print(f"{name:28}{counts.total():10}{shares}")
    print(f"{time.process_time() - began_s:.0f} s of CPU")


DETECTOR = vad.build()
if __name__ == "__main__":
    main()

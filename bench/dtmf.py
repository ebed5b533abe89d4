"""How well keys are found in sound, against the limits of ITU-T Q.24, and what it costs.

    python -m bench.dtmf [--presses N] [--speech FOLDER] [--no-talk-off]

Every row plays presses of all 16 keys at random phases and places, N in all, through three lines:
G.711 mu-law and A-law at 8 kHz and linear sound at 16 kHz. A press is found when exactly its key
comes out, once. What a row does not vary is: 50 ms, -10 dBm0 a tone, nominal frequencies, no
twist, white noise 30 dB below the tones' joint power (in the line's whole band).

must       what Q.24 asks for: `all`, `none`, or nothing
interrupt  a tone of 100 ms with a gap in its middle; counted are those that come out once
repeat     the same key twice, 50 ms each; counted are those that come out twice
talk-off   false keys an hour of sound without keys: the recordings under FOLDER (default:
           ../shared/data/speech or $VOICEBOT_SHARED), Debian's asterisk-core-sounds if installed,
           espeak-ng and flite as prompts sound, hold music. Each at its own speed and, to get more
           of it, at 16 others from 0.78 to 1.28; at two levels; 8 kHz in the telephone band and
           16 kHz
cpu        of one frame (20 ms), in CPU time of the thread
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voicebot.audio.dtmf import DtmfDetector
from voicebot.audio.gain import level_db
from voicebot.audio.hold_music import hold_music
from voicebot.audio.resample import resample
from voicebot.audio.telephone import Law, round_trip, telephone
from voicebot.audio.tone_pair import FULL_SCALE_DBM0
from voicebot.audio.tones import DTMF_PAIRS
from voicebot.audio.wav import read_wav
from voicebot.core.audio import NARROWBAND, WIDEBAND, Pcm, Samples, frame_samples

SPEEDS = tuple(np.geomspace(0.78, 1.28, 16))
LEVELS_DB = (-16.0, -28.0)
"""Root mean square of a whole clip, dBFS."""
ASTERISK = Path("/usr/share/asterisk/sounds")


@dataclass(frozen=True, slots=True)
class Press:
    """A press and the line that it comes by."""

    duration_ms: float = 50.0
    low_dbm0: float = -10.0
    high_dbm0: float = -10.0
    low_offset: float = 0.0
    """Of the nominal frequency."""
    high_offset: float = 0.0
    offset_hz: float = 0.0
    """On top of both, in the direction of each."""
    gap_ms: float = 0.0
    """Silence in the middle of the tone."""
    snr_db: float = 30.0
    pause_ms: float = 0.0
    """The press is repeated after it; 0 for a single one."""


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    rate: int
    law: Law | None


LINES = (
    Line("mu-law", NARROWBAND, Law.MULAW),
    Line("A-law", NARROWBAND, Law.ALAW),
    Line("16 kHz", WIDEBAND, None),
)


# ---------------------------------------------------------------- presses


def sound_of(press: Press, key: str, line: Line, random: np.random.Generator) -> Samples:
    """The press with 100 to 120 ms of line before it and after it."""
    rate = line.rate
    wave = tones(press, key, rate, random)
    if press.pause_ms:
        pause = np.zeros(round(press.pause_ms * rate / 1000))
        wave = np.concatenate((wave, pause, tones(press, key, rate, random)))
    before = np.zeros(rate // 10 + int(random.integers(frame_samples(rate))))
    whole = np.concatenate((before, wave, np.zeros(rate // 8)))
    power = sum(amplitude(level) ** 2 / 2 for level in (press.low_dbm0, press.high_dbm0))
    noise = random.standard_normal(len(whole)) * np.sqrt(power) * 10 ** (-press.snr_db / 20)
    samples = np.clip(np.round(whole + noise), -32768, 32767).astype(np.int16)
    return round_trip(Pcm(samples, rate), line.law).samples if line.law else samples


def tones(press: Press, key: str, rate: int, random: np.random.Generator) -> NDArray[np.float64]:
    times = np.arange(round(press.duration_ms * rate / 1000)) / rate
    low, high = DTMF_PAIRS[key]
    wave = np.zeros(len(times))
    for nominal, offset, level in (
        (low, press.low_offset, press.low_dbm0),
        (high, press.high_offset, press.high_dbm0),
    ):
        hertz = nominal * (1 + offset) + np.sign(offset) * press.offset_hz
        phase = random.uniform(0, 2 * np.pi)
        wave += amplitude(level) * np.sin(2 * np.pi * hertz * times + phase)
    gap, middle = round(press.gap_ms * rate / 2000), len(wave) // 2
    wave[middle - gap : middle + gap] = 0
    return wave


def amplitude(level_dbm0: float) -> float:
    return float(32768 * 10 ** ((level_dbm0 - FULL_SCALE_DBM0) / 20))


def heard(samples: Samples, rate: int) -> str:
    """The keys that come out of it."""
    detector = DtmfDetector(rate)
    size = frame_samples(rate)
    frames = (samples[i : i + size] for i in range(0, len(samples) - size + 1, size))
    return "".join(found.key for frame in frames for found in detector.feed(frame))


def share(press: Press, line: Line, count: int, times: int = 1) -> float:
    """Share of presses that come out exactly `times` times."""
    random = np.random.default_rng(7)
    keys = [list(DTMF_PAIRS)[i % len(DTMF_PAIRS)] for i in range(count)]
    right = sum(heard(sound_of(press, k, line, random), line.rate) == k * times for k in keys)
    return right / count


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    press: Press
    must: str = ""
    times: int = 1


def rows() -> Iterator[Row]:
    plain = Press()
    for percent in (1.5, 2.0, 2.5, 3.0, 3.5, 4.0):
        for sign in (1, -1):
            offset = sign * percent / 100
            extra = 2.0 if percent == 1.5 else 0.0
            must = {1.5: "all", 3.5: "none", 4.0: "none"}.get(percent, "")
            name = f"{sign * percent:+.1f} %" + (" + 2 Hz" if extra else "")
            both = replace(plain, low_offset=offset, high_offset=offset, offset_hz=extra)
            yield Row(f"frequency, both {name}", both, must)
            if percent in (1.5, 3.5):
                low = replace(plain, low_offset=offset, offset_hz=extra)
                yield Row(f"frequency, low {name}", low, must)
                high = replace(plain, high_offset=offset, offset_hz=extra)
                yield Row(f"frequency, high {name}", high, must)
    for level in (0, -5, -15, -25, -30, -35, -40, -45, -50, -55, -60):
        must = "all" if level >= -25 else "none" if level <= -55 else ""
        yield Row(f"level {level} dBm0", replace(plain, low_dbm0=level, high_dbm0=level), must)
    for twist in (-14, -12, -10, -8, -4, 2, 4, 6, 8, 10):
        must = "all" if -8 <= twist <= 4 else ""
        yield Row(f"twist {twist:+d} dB", replace(plain, high_dbm0=-10 + twist), must)
        if must:
            soft = replace(plain, low_dbm0=-25 - min(0, twist), high_dbm0=-25 + max(0, twist))
            yield Row(f"twist {twist:+d} dB, softer -25", soft, must)
    for duration in (15, 20, 23, 26, 30, 33, 36, 40, 60, 200):
        must = "all" if duration >= 40 else "none" if duration <= 23 else ""
        yield Row(f"duration {duration} ms", replace(plain, duration_ms=duration), must)
    for gap in (5, 10, 15, 20, 25, 30):
        must = "all" if gap <= 10 else ""
        cut = replace(plain, duration_ms=100, gap_ms=gap)
        yield Row(f"interrupt {gap} ms", cut, must)
        if must:
            yield Row(f"interrupt {gap} ms, SNR 12 dB", replace(cut, snr_db=12), must)
    for pause in (15, 20, 25, 30, 35, 40, 60):
        must = "all" if pause >= 40 else ""
        twice = replace(plain, pause_ms=pause)
        yield Row(f"repeat after {pause} ms", twice, must, 2)
        if must:
            yield Row(f"repeat after {pause} ms, SNR 12 dB", replace(twice, snr_db=12), must, 2)
    for snr in (20, 15, 12, 10, 8, 6, 4):
        must = "all" if snr >= 15 else ""
        yield Row(f"noise, SNR {snr} dB", replace(plain, snr_db=snr), must)
    worst = Press(40, -25, -21, 0.015, -0.015, 2.0, snr_db=15)
    yield Row("40 ms, -25, +4 dB, 1.5 % + 2 Hz, SNR 15", worst, "all")
    yield Row("the same, -8 dB", replace(worst, low_dbm0=-17, high_dbm0=-25), "all")


# ---------------------------------------------------------------- talk-off


def speech_folder(given: str) -> Path:
    shared = os.environ.get("VOICEBOT_SHARED", Path(__file__).parents[2] / "shared")
    return Path(given) if given else Path(shared) / "data" / "speech"


def recordings(folder: Path) -> list[Pcm]:
    return [read_wav(file).mono() for file in sorted(folder.rglob("*.wav"))]


def spoken(engine: str) -> list[Pcm]:
    """Prompts as the project speaks them; empty where the engine is not there."""
    from bench.dtmf_prompts import prompts

    return prompts(engine)


def at_speed(pcm: Pcm, speed: float) -> Samples:
    """Played so much faster: pitch and formants go with it."""
    places = np.arange(0, len(pcm) - 1, speed)
    return np.asarray(np.interp(places, np.arange(len(pcm)), pcm.samples), dtype=np.int16)


def at_level(samples: Samples, target_db: float) -> Samples:
    gain = 10 ** ((target_db - level_db(samples)) / 20)
    return np.clip(np.round(samples * gain), -32768, 32767).astype(np.int16)


def variants(pcm: Pcm, line: Line, speeds: Sequence[float]) -> Iterator[Samples]:
    for speed in speeds:
        fast = at_speed(pcm, speed) if speed != 1 else pcm.samples
        for level in LEVELS_DB:
            loud = Pcm(at_level(fast, level), pcm.rate)
            on_line = telephone(loud, line.law) if line.law else resample(loud, line.rate)
            yield on_line.samples


def talk_off(clips: Sequence[Pcm], speeds: Sequence[float]) -> tuple[float, str]:
    """Hours of sound, and the false keys in it."""
    seconds, found = 0.0, ""
    for line in (LINES[0], LINES[2]):
        for clip in clips:
            for samples in variants(clip, line, speeds):
                seconds += len(samples) / line.rate
                found += heard(samples, line.rate)
    return seconds / 3600, found


def talk_off_rows(folder: Path) -> Iterator[str]:
    sources: dict[str, Callable[[], list[Pcm]]] = {
        "people": lambda: recordings(folder),
        "asterisk sounds": lambda: recordings(ASTERISK),
        "espeak-ng": lambda: spoken("espeak"),
        "flite": lambda: spoken("flite"),
        "hold music": lambda: [hold_music(NARROWBAND), hold_music(WIDEBAND)],
    }
    for name, load in sources.items():
        clips = [clip for clip in load() if len(clip)]
        if not clips:
            yield f"{name:16} not here"
            continue
        for title, speeds in (("own speed", (1.0,)), ("16 others", SPEEDS)):
            hours, found = talk_off(clips, speeds)
            yield f"{name:16} {title:10} {hours:7.2f} {len(found):6d} {len(found) / hours:8.2f}"


# ---------------------------------------------------------------- cost


def cpu_us(samples: Samples, rate: int) -> tuple[float, float]:
    """Median and 99th percentile of one frame."""
    detector, size = DtmfDetector(rate), frame_samples(rate)
    taken = []
    for first in range(0, len(samples) - size + 1, size):
        frame = samples[first : first + size]
        began = time.thread_time_ns()
        detector.feed(frame)
        taken.append((time.thread_time_ns() - began) / 1000)
    return float(np.median(taken)), float(np.percentile(taken, 99))


def cpu_rows(speech: Sequence[Pcm]) -> Iterator[str]:
    random = np.random.default_rng(1)
    for line in (LINES[0], LINES[2]):
        keys = [sound_of(Press(), key, line, random) for key in DTMF_PAIRS] * 5
        sounds = {
            "silence": np.zeros(20 * line.rate, dtype=np.int16),
            "keys": np.concatenate(keys),
        }
        if speech:
            sounds["speech"] = np.concatenate([resample(c, line.rate).samples for c in speech[:40]])
        for name, samples in sounds.items():
            median, late = cpu_us(samples, line.rate)
            yield f"{line.rate:6d} Hz {name:8} {median:8.1f} {late:8.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--presses", type=int, default=480, help="for each figure")
    parser.add_argument("--speech", default="", help="folder of WAV files without keys")
    parser.add_argument("--no-talk-off", action="store_true")
    options = parser.parse_args()
    print(f"python {platform.python_version()}, numpy {np.__version__}, {os.cpu_count()} cores, "
          f"load {os.getloadavg()[0]:.1f}; {options.presses} presses a figure")  # fmt: skip
    print(f"\n{'% found':40} {'must':5}" + "".join(f"{line.name:>9}" for line in LINES))
    for row in rows():
        figures = [100 * share(row.press, line, options.presses, row.times) for line in LINES]
        print(f"{row.what:40} {row.must:5}" + "".join(f"{figure:9.1f}" for figure in figures))
    folder = speech_folder(options.speech)
    print(f"\n{'cpu a frame, us':25} median      p99")
    print("\n".join(cpu_rows(recordings(folder))))
    if not options.no_talk_off:
        print(f"\n{'talk-off':27} {'hours':>7} {'false':>6} {'an hour':>8}")
        for text in talk_off_rows(folder):
            print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())

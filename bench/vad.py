"""How well speech is told from noise, echo and music on a telephone line, and what it costs.

    python -m bench.vad [--speech FOLDER] [--clips N] [--detector NAME ...]

Human speech (every WAV under FOLDER, default: ../shared/data/speech or $VOICEBOT_SHARED) is sent
through the telephone band and G.711 with one second of line around it, alone and with noise at
10 and 5 dB; then noise, music and the bot's own echo alone. Speech in the clean clip is where its
level is within 25 dB of its loud parts, gaps under 200 ms closed.

frames     % of frames judged rightly (`voiced`, and by `sure`)
started    % of clips whose start was noticed; p50/p90 of the delay of `SpeechStarted`, ms
onset      p50/p90 of |onset as told - onset|, ms
barged     % of clips that interrupt a prompt by speech alone (300 ms of it, no words asked);
           p50/p90 of onset -> the prompt pauses, ms. Echo: the bot speaks until it pauses
alone      of a minute of noise alone: starts, pauses of a prompt, confirmed barge-ins
cpu        CPU ms for a second of audio
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voicebot.audio.gain import amplify, level_db, mix
from voicebot.audio.hold_music import hold_music
from voicebot.audio.resample import resample
from voicebot.audio.telephone import telephone
from voicebot.audio.wav import read_wav
from voicebot.core.audio import FRAME_MS, NARROWBAND, Pcm, frame_samples
from voicebot.core.ports import Vad
from voicebot.core.speech import Voicing
from voicebot.core.turn import Timing
from voicebot.turns.barge_in import BargeInJudge, Confirmed, Suspected
from voicebot.turns.endpointing import Endpointer, SpeechStarted
from voicebot.vad import VadSettings, build, missing_reason
from voicebot.vad.webrtc import WebRtcVad

MARGIN_MS = 1_000
LEVEL_DB = -24.0
"""Loud parts of the caller's speech on the line."""
FLOOR_DB = -65.0
"""Noise of a quiet line."""
MINUTES_ALONE = 2
ECHO_DELAY_MS = 160
Flags = NDArray[np.bool_]

DETECTORS: dict[str, Callable[[], Callable[[], Vad]]] = {
    "webrtcvad 3": lambda: lambda: WebRtcVad(3),
    "gate, no Silero": lambda: build(VadSettings(second_opinion=False)),
    "gate": build,
}


@dataclass(frozen=True, slots=True)
class Clip:
    """Speech with a quiet margin, and which of its frames are speech."""

    pcm: Pcm
    speech: Flags

    @property
    def onset_ms(self) -> int:
        return int(np.argmax(self.speech)) * FRAME_MS


@dataclass(slots=True)
class Tally:
    """What one detector did on one kind of line."""

    right: list[float] = field(default_factory=list)
    right_sure: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    onset_errors: list[float] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    missed: int = 0
    barged: int = 0
    clips: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """A detector's run over a signal."""

    voicings: Sequence[Voicing]
    started: Sequence[tuple[int, SpeechStarted]]
    suspected: Sequence[int]
    """When a prompt would pause."""
    confirmed: int


# ---------------------------------------------------------------- what is heard


def load(folder: Path, count: int) -> list[Clip]:
    """Clips from all over the folder, the same ones each time."""
    files = sorted(folder.rglob("*.wav"))
    step = max(1, len(files) // count)
    return [clip_of(read_wav(file).mono()) for file in files[::step][:count]]


def clip_of(pcm: Pcm) -> Clip:
    narrow = resample(pcm, NARROWBAND)
    whole = len(narrow) // 160 * 160
    narrow = Pcm(narrow.samples[:whole], NARROWBAND)
    loud = float(np.percentile(levels(narrow), 90))
    margin = Pcm.silence(MARGIN_MS, NARROWBAND)
    padded = Pcm.join((margin, amplify(narrow, LEVEL_DB - loud), margin), NARROWBAND)
    return Clip(padded, closed(levels(padded) > LEVEL_DB - 25))


def levels(pcm: Pcm) -> NDArray[np.float64]:
    return np.array([level_db(frame.samples) for frame in pcm.frames()])


def closed(flags: Flags, gap_frames: int = 10) -> Flags:
    """Gaps shorter than that filled."""
    result = flags.copy()
    marks = np.flatnonzero(flags)
    for left, right in itertools.pairwise(marks):
        if right - left <= gap_frames:
            result[left:right] = True
    return result


def noises(clips: Sequence[Clip]) -> dict[str, Callable[[int, int], Pcm]]:
    """Name -> (samples, seed) -> noise at the level of speech."""

    def colored(power: float) -> Callable[[int, int], Pcm]:
        def make(count: int, seed: int) -> Pcm:
            white = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
            hz = np.maximum(np.fft.rfftfreq(count, 1 / NARROWBAND), 60)
            return at_level(np.fft.irfft(white / hz**power, count))

        return make

    def babble(count: int, seed: int) -> Pcm:
        random = np.random.default_rng(seed)
        total = np.zeros(count)
        for _ in range(6):
            line = np.concatenate([clips[i].pcm.samples for i in random.permutation(len(clips))])
            spoken = np.tile(line[line != 0], 1 + count // max(1, np.count_nonzero(line)))
            total += np.roll(spoken, random.integers(len(spoken)))[:count]
        return at_level(total)

    def music(count: int, seed: int) -> Pcm:
        tune = hold_music(NARROWBAND).samples
        return at_level(np.roll(np.tile(tune, 1 + count // len(tune)), 8_000 * seed)[:count])

    return {
        "white": colored(0),
        "pink": colored(0.5),
        "car": colored(1.5),
        "babble": babble,
        "music": music,
    }


def at_level(wave: NDArray[np.floating]) -> Pcm:
    scale = 32768 * 10 ** (LEVEL_DB / 20) / np.sqrt(np.mean(wave.astype(np.float64) ** 2))
    return Pcm(np.clip(wave * scale, -32768, 32767).astype(np.int16), NARROWBAND)


# ---------------------------------------------------------------- what is made of it


def run(vad: Vad, heard: Pcm, bot: Bot | None = None) -> Heard:
    """A prompt is taken to play all the time, but while a barge-in is suspected; the judge begins
    anew after each barge-in."""
    line = Line(heard, bot)
    endpointer, judge = Endpointer(Timing()), BargeInJudge()
    voicings, started, suspected, confirmed = [], [], [], 0
    for number in range(len(heard) // frame_samples(heard.rate)):
        at_ms = (number + 1) * FRAME_MS
        vad.hear(*line.frame(number))
        voicing = vad.judge()
        voicings.append(voicing)
        events = endpointer.feed(voicing, at_ms)
        started += [(at_ms, event) for event in events if isinstance(event, SpeechStarted)]
        for event in judge.feed(voicing, at_ms, playing=True):
            line.paused = isinstance(event, Suspected)
            suspected += [at_ms] if isinstance(event, Suspected) else []
            if isinstance(event, Confirmed):
                confirmed += 1
                judge.reset()
    return Heard(voicings, started, suspected, confirmed)


@dataclass(frozen=True, slots=True)
class Bot:
    """What the bot says, and what the line sounds like without the bot's echo."""

    played: Pcm
    without_echo: Pcm


class Line:
    """Frames heard and played; a pause of the bot is heard `ECHO_DELAY_MS` later."""

    def __init__(self, heard: Pcm, bot: Bot | None) -> None:
        self._heard = list(heard.frames())
        self._bot = list(bot.played.frames()) if bot else []
        self._clean = list(bot.without_echo.frames()) if bot else []
        self._silent = Pcm.silence(FRAME_MS, heard.rate)
        self._paused: list[bool] = []
        self.paused = False

    def frame(self, number: int) -> tuple[Pcm, Pcm]:
        self._paused.append(self.paused)
        if not self._bot:
            return self._heard[number], self._silent
        back = len(self._paused) - 1 - ECHO_DELAY_MS // FRAME_MS
        echo = back < 0 or not self._paused[back]
        heard = self._heard[number] if echo else self._clean[number]
        return heard, self._silent if self.paused else self._bot[number]


def tally(
    make: Callable[[], Vad], clips: Sequence[Clip], noise: list[Pcm], loss_db: float = 0
) -> Tally:
    """With `loss_db`, the bot speaks too and its echo is so much softer."""
    result = Tally()
    for index, (clip, hiss) in enumerate(zip(clips, noise, strict=True)):
        line = telephone(mix((clip.pcm, hiss)))
        if not loss_db:
            take(result, clip, run(make(), line))
            continue
        played = prompt(clips, index, len(clip.pcm))
        both = telephone(mix((clip.pcm, hiss, echo_of(played, loss_db))))
        take(result, clip, run(make(), both, Bot(played, line)))
    return result


def take(result: Tally, clip: Clip, heard: Heard) -> None:
    voiced = np.array([voicing.voiced for voicing in heard.voicings])
    sure = np.array([voicing.sure for voicing in heard.voicings])
    result.clips += 1
    result.right.append(float(np.mean(voiced == clip.speech[: len(voiced)])))
    result.right_sure.append(float(np.mean(sure == clip.speech[: len(sure)])))
    result.barged += heard.confirmed > 0
    end_ms = (len(clip.speech) - int(np.argmax(clip.speech[::-1]))) * FRAME_MS
    result.pauses += [at - clip.onset_ms for at in heard.suspected if at > clip.onset_ms][:1]
    near = [
        (at_ms, event)
        for at_ms, event in heard.started
        if clip.onset_ms - 100 < at_ms < end_ms + 300
    ]
    if not near:
        result.missed += not any(at_ms <= clip.onset_ms for at_ms, _ in heard.started)
        return
    at_ms, event = near[0]
    result.delays.append(at_ms - clip.onset_ms)
    result.onset_errors.append(abs(event.onset_ms - clip.onset_ms))


# ---------------------------------------------------------------- the tables


def rows_with_speech(name: str, make: Callable[[], Vad], clips: list[Clip]) -> Iterator[str]:
    kinds = noises(clips)

    def noise(kind: str, snr: float) -> list[Pcm]:
        return [amplify(kinds[kind](len(clip.pcm), seed), -snr) for seed, clip in enumerate(clips)]

    quiet = noise("white", LEVEL_DB - FLOOR_DB)
    yield row(name, "quiet", tally(make, clips, quiet))
    for loss in (15, 20, 30):
        yield row(name, f"echo -{loss} dB", tally(make, clips, quiet, loss))
    for kind in kinds:
        for snr in (10, 5):
            yield row(name, f"{kind} {snr} dB", tally(make, clips, noise(kind, snr)))


def row(name: str, title: str, counts: Tally) -> str:
    return (
        f"{name:16} {title:12} {100 * np.mean(counts.right):5.0f} "
        f"{100 * np.mean(counts.right_sure):5.0f}  "
        f"{100 * (1 - counts.missed / counts.clips):6.1f} {quantiles(counts.delays)}  "
        f"{quantiles(counts.onset_errors)}  {100 * counts.barged / counts.clips:6.1f} "
        f"{quantiles(counts.pauses)}"
    )


def prompt(clips: Sequence[Clip], index: int, count: int) -> Pcm:
    """What the bot says meanwhile: other clips without a gap, as loud as the caller."""
    others = [clips[(index + step) % len(clips)].pcm.samples for step in range(1, len(clips))]
    spoken = np.concatenate(others)
    return at_level(np.resize(spoken[spoken != 0], count))


def echo_of(bot: Pcm, loss_db: float) -> Pcm:
    delayed = Pcm.join((Pcm.silence(ECHO_DELAY_MS, bot.rate), amplify(bot, -loss_db)), bot.rate)
    return delayed.between(0, bot.duration_ms)


def quantiles(values: Sequence[float]) -> str:
    if not values:
        return "   -/-   "
    return f"{np.percentile(values, 50):4.0f}/{np.percentile(values, 90):<4.0f}"


def rows_alone(name: str, make: Callable[[], Vad], clips: list[Clip]) -> Iterator[str]:
    count = MINUTES_ALONE * 60 * NARROWBAND
    for kind, noise in noises(clips).items():
        for level in (-24, -39):
            sound = telephone(amplify(noise(count, 1), level - LEVEL_DB))
            yield alone(name, f"{kind} {level} dBFS", run(make(), sound))
    bot = at_level(np.concatenate([clip.pcm.samples for clip in clips])[:count])
    for loss in (10, 15, 20, 30):
        hiss = amplify(noises(clips)["white"](len(bot), 2), FLOOR_DB - LEVEL_DB)
        sound = telephone(mix((echo_of(bot, loss), hiss)))
        yield alone(name, f"echo -{loss} dB", run(make(), sound, Bot(bot, telephone(hiss))))


def alone(name: str, title: str, heard: Heard) -> str:
    minutes = len(heard.voicings) * FRAME_MS / 60_000
    counts = (len(heard.started), len(heard.suspected), heard.confirmed)
    figures = " ".join(f"{count / minutes:9.1f}" for count in counts)
    return f"{name:16} {title:16} {figures}"


def cpu_ms(make: Callable[[], Vad], pcm: Pcm) -> float:
    vad, silent = make(), Pcm.silence(FRAME_MS, pcm.rate)
    began = time.process_time()
    for frame in pcm.frames():
        vad.hear(frame, silent)
        vad.judge()
    return (time.process_time() - began) * 1e6 / pcm.duration_ms


def rows_cpu(name: str, make: Callable[[], Vad], clips: list[Clip]) -> Iterator[str]:
    speech = Pcm.join((clip.pcm for clip in clips), NARROWBAND)
    hiss = amplify(noises(clips)["white"](len(speech), 3), FLOOR_DB - LEVEL_DB)
    for title, pcm in (("speech, 1/3 of the time", mix((speech, hiss))), ("quiet line", hiss)):
        narrow = telephone(replace_end(pcm))
        wide = resample(narrow, 16_000)
        yield f"{name:16} {title:26} {cpu_ms(make, narrow):6.2f} {cpu_ms(make, wide):6.2f}"


def replace_end(pcm: Pcm) -> Pcm:
    """At most a minute."""
    return replace(pcm, samples=pcm.samples[: 60 * pcm.rate])


def default_folder() -> Path:
    root = Path(__file__).resolve().parents[1]
    shared = Path(os.environ.get("VOICEBOT_SHARED", root.parent / "shared"))
    return shared / "data" / "speech"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--speech", type=Path, default=default_folder())
    parser.add_argument("--clips", type=int, default=80)
    parser.add_argument("--detector", action="append", choices=list(DETECTORS))
    options = parser.parse_args()
    clips = load(options.speech, options.clips)
    if not clips:
        print(f"no WAV files under {options.speech}: give a folder of speech by --speech")
        return 66
    names = options.detector or list(DETECTORS)
    print(f"{len(clips)} clips. {missing_reason() or 'Silero is there.'}")
    print(f"\n{'':16} {'line':12} {'frames sure':>11} {'started':>17} {'onset':>10} {'barged':>16}")
    for name in names:
        for row in rows_with_speech(name, DETECTORS[name](), clips):
            print(row, flush=True)
    print(f"\n{'':16} {'alone, a minute':16} {'starts':>9} {'pauses':>9} {'barge-ins':>9}")
    for name in names:
        for row in rows_alone(name, DETECTORS[name](), clips):
            print(row, flush=True)
    print(f"\n{'':16} {'CPU ms a second':26} {'8 kHz':>6} {'16 kHz':>6}")
    for name in names:
        for row in rows_cpu(name, DETECTORS[name](), clips):
            print(row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

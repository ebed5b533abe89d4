"""Lines on which nobody speaks, for `bench/barge_in.py`: noise, music, a crowd, the bot's echo.

The sounds are those of `bench/vad.py`, in the band of a telephone; levels are in dBFS, where a
caller's loud parts are at -24.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.turns_speech import flite
from bench.vad import LEVEL_DB, Clip, load, noises
from bench.wire import PACKET_SAMPLES, WireCall, line_noise
from voicebot.audio.g711 import mulaw_decode, mulaw_encode
from voicebot.audio.gain import amplify
from voicebot.audio.telephone import telephone
from voicebot.core.audio import NARROWBAND, Samples

FLOW = "barge_in_menu"
_LOOP_S = 120
_ECHO_PACKETS = 8
"""An echo comes back 160 ms later: a hands-free telephone on a mobile network."""
_LATE_S = 20.0
_EVERY_S = 4.0
_LOUD = 32768 * 10 ** (LEVEL_DB / 20)


@dataclass(frozen=True, slots=True)
class Background:
    """What such a line sounds like."""

    title: str
    kind: str = ""
    """A sound of `bench.vad.noises` or of `_MADE`; empty for the noise of a quiet line."""
    level_db: float = LEVEL_DB
    echo_db: float | None = None
    """How much softer the bot's sound comes back."""
    echo_from_s: float = 0.0
    caller: bool = False
    """Somebody speaks at times."""


BACKGROUNDS = (
    Background("music as loud as a caller", "music", LEVEL_DB),
    Background("music 10 dB below a caller", "music", LEVEL_DB - 10),
    Background("white noise, 10 dB SNR", "white", LEVEL_DB - 10),
    Background("car noise, 10 dB SNR", "car", LEVEL_DB - 10),
    Background("echo, -20 dB", echo_db=20.0),
    Background("echo, -20 dB, from 20 s on", echo_db=20.0, echo_from_s=_LATE_S),
    Background("knocks, one in 4 s", "knocks"),
    Background("coughs, one in 4 s", "coughs"),
    Background("uh-huh (flite), one in 4 s", "uh-huh"),
    Background("crowd, 10 dB SNR", "babble", LEVEL_DB - 10),
    Background("a caller, quiet line", caller=True),
    Background("a caller, voices at 15 dB SNR", "babble", LEVEL_DB - 15, caller=True),
    Background("a caller, voices at 10 dB SNR", "babble", LEVEL_DB - 10, caller=True),
)

_SOUNDS: dict[str, Samples] = {}
"""By the title of their background."""


def _now_and_then(sounds: Sequence[NDArray[np.float64]], count: int) -> Samples:
    """One after the other, each `_EVERY_S`, on a quiet line."""
    line = line_noise(count).astype(np.float64)
    starts = range(NARROWBAND, count - NARROWBAND, round(_EVERY_S * NARROWBAND))
    for start, sound in zip(starts, itertools.cycle(sounds), strict=False):
        line[start : start + len(sound)] += sound
    return np.clip(line, -32768, 32767).astype(np.int16)


def _knocks() -> list[NDArray[np.float64]]:
    """Bursts of noise of 20 to 200 ms that die away."""
    random = np.random.default_rng(5)
    lengths = (int(random.uniform(0.02, 0.2) * NARROWBAND) for _ in range(30))
    shapes = [np.exp(-3 * np.arange(length) / length) for length in lengths]
    return [random.normal(0, 2 * _LOUD, len(shape)) * shape for shape in shapes]


def _coughs() -> list[NDArray[np.float64]]:
    """A burst of breath and its rest, 200 to 400 ms."""
    random = np.random.default_rng(6)
    found = []
    for _ in range(30):
        times = np.arange(int(random.uniform(0.2, 0.4) * NARROWBAND)) / NARROWBAND
        rest = 0.35 * np.exp(-(((times - 0.16) / 0.06) ** 2))
        wave = np.convolve(random.standard_normal(len(times)), np.hanning(5), "same")
        found.append(wave * (np.exp(-times / 0.03) + rest) * 2 * _LOUD)
    return found


def _uh_huhs() -> list[NDArray[np.float64]]:
    return [clip.samples.astype(np.float64) for clip in flite(["uh huh"])]


_MADE = {"knocks": _knocks, "coughs": _coughs, "uh-huh": _uh_huhs}


class BackgroundCall(WireCall):
    """A caller on such a line."""

    def __init__(self, port: int, caller: str, number: int, line: Background) -> None:
        """`number` sets where its sound begins, which `prepare` made: it comes again and again."""
        super().__init__("127.0.0.1", port, FLOW, caller, number * 0.618 % 1)
        self._sound = _SOUNDS[line.title]
        self._at = number * 102_947 % len(self._sound)
        self._echoes: deque[Samples] = deque(maxlen=_ECHO_PACKETS)
        self._packets = 0
        self._echo_db, self._echo_from_s = line.echo_db, line.echo_from_s

    def heard_codes(self, codes: bytes) -> None:
        """Keep what may come back."""
        self._echoes.append(mulaw_decode(np.frombuffer(codes, dtype=np.uint8)))

    def line_codes(self) -> bytes:
        """The next 20 ms of the loop, and the echo."""
        self._packets += 1
        rolled = np.take(self._sound, range(self._at, self._at + PACKET_SAMPLES), mode="wrap")
        self._at = (self._at + PACKET_SAMPLES) % len(self._sound)
        late = self._packets * 0.02 < self._echo_from_s
        if self._echo_db is None or late or len(self._echoes) < _ECHO_PACKETS:
            return mulaw_encode(rolled).tobytes()
        echo = self._echoes[0] * 10 ** (-self._echo_db / 20)
        return mulaw_encode((rolled + echo).astype(np.int16)).tobytes()


def prepare(speech: Path, chosen: Sequence[Background], seed: int) -> None:
    """Make the sounds before the calls, which have no time for it."""
    clips = load(speech, 80)
    for one in chosen:
        _SOUNDS[one.title] = _sound(clips, one, seed)


def _sound(clips: Sequence[Clip], chosen: Background, seed: int) -> Samples:
    """Two minutes of it."""
    count = _LOOP_S * NARROWBAND
    if not chosen.kind:
        return line_noise(count)
    if chosen.kind in _MADE:
        return _now_and_then(_MADE[chosen.kind](), count)
    made = noises(clips)[chosen.kind](count, 1 + seed)
    return telephone(amplify(made, chosen.level_db - LEVEL_DB)).samples

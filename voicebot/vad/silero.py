"""The dear second opinion: Silero VAD, a small recurrent network in one ONNX file.

The file comes inside the `silero_vad` package, which is never imported: it would want torch.
The network takes chunks of 32 ms, each with the last 8 ms before it in front, and a state of
shape (2, calls, 128); both 8 and 16 kHz are in the one file.

    call A  feed ─▶ chunk ─┐
    call B  feed ─▶ chunk ─┼─▶ one pass for all that wait, once the first of them is asked
    call C  feed ─▶ chunk ─┘

What is heard at once does not depend on it: see `silero_network.py`.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from voicebot.core.audio import NARROWBAND, WIDEBAND, Pcm, Samples
from voicebot.core.errors import EngineError
from voicebot.vad.onnx_constants import OnnxError, branches
from voicebot.vad.silero_network import SileroNetwork

Floats = NDArray[np.float32]

CHUNK_MS = 32
_CONTEXT_MS = 8
_FLOAT, _SCALE = np.dtype(np.float32), np.float32(1 / 32768)


def missing_reason() -> str:
    """Why there is no second opinion on this machine, and what to do; empty if there is one."""
    if model_file() is not None:
        return ""
    return (
        "the Silero voice detector is not installed: noise and music will interrupt the bot more "
        "often; pip install --no-deps silero-vad"
    )


def model_file() -> Path | None:
    """The model in the installed package, found without importing it."""
    spec = importlib.util.find_spec("silero_vad")
    folders = (spec.submodule_search_locations or ()) if spec else ()
    files = (Path(folder) / "data" / "silero_vad.onnx" for folder in folders)
    return next((file for file in files if file.is_file()), None)


@cache
def shared_model(path: Path) -> SileroModel:
    """One for the process."""
    return SileroModel(path)


class SileroModel:
    """The network, and the streams with sound that it has not heard yet. All calls share one."""

    def __init__(self, path: Path) -> None:
        """Raises `EngineError` where the file is not such a model."""
        self._waiting: dict[int, dict[SileroStream, None]] = {NARROWBAND: {}, WIDEBAND: {}}
        try:
            networks = [SileroNetwork(weights) for weights in branches(path.read_bytes())]
            by_length = {network.samples: network for network in networks}
            lengths = {rate: rate * (CHUNK_MS + _CONTEXT_MS) // 1000 for rate in self._waiting}
            self._networks = {rate: by_length[length] for rate, length in lengths.items()}
        except (OSError, OnnxError, KeyError, ValueError, IndexError) as error:
            raise EngineError(f"cannot load the voice detector {path}: {error!r}") from error

    def wait(self, stream: SileroStream) -> None:
        """This stream has whole chunks to be heard."""
        self._waiting[stream.rate][stream] = None

    def work_off(self, rate: int) -> None:
        """Hear all that waits: what needs no state for all chunks at once, then the first chunk of
        every stream, the second of those that have one, and so on."""
        streams, self._waiting[rate] = list(self._waiting[rate]), {}
        streams = [stream for stream in streams if stream.waits]
        if not streams:
            return
        network = self._networks[rate]
        chunks = [stream.take_chunks() for stream in streams]
        gates = network.gates(np.concatenate(chunks))
        counts = np.array([len(some) for some in chunks])
        firsts = np.cumsum(counts) - counts
        for number in range(int(counts.max())):
            left = np.flatnonzero(counts > number)
            states = np.stack([streams[index].state for index in left], axis=1)
            probabilities, states = network.step(gates[firsts[left] + number], states)
            for place, index in enumerate(left):
                streams[index].take(float(probabilities[place]), states[:, place])


class SileroStream:
    """The network's ear on one call. Raises `ValueError` for a rate that it does not know."""

    def __init__(self, model: SileroModel, rate: int) -> None:
        if rate not in (NARROWBAND, WIDEBAND):
            raise ValueError(f"Silero hears at 8000 or 16000 Hz, not at {rate}")
        self.rate = rate
        self._model = model
        self._chunk = rate * CHUNK_MS // 1000
        self._context = rate * _CONTEXT_MS // 1000
        self.reset()

    def reset(self) -> None:
        """Forget all that was heard."""
        self.state: Floats = np.zeros((2, 128), np.float32)
        self._line: Floats = np.zeros(self._context, np.float32)
        """The context, then a beginning of a chunk."""
        self._new: list[Samples] = []
        """What came after it."""
        self._length = len(self._line)
        """Of both."""
        self._probability = 0.0

    def feed(self, pcm: Pcm) -> None:
        """More sound, any length."""
        self._new.append(pcm.samples)
        self._length += len(pcm.samples)
        if self.waits:
            self._model.wait(self)

    @property
    def waits(self) -> bool:
        """There is a whole chunk that was not heard yet."""
        return self._length >= self._context + self._chunk

    @property
    def probability(self) -> float:
        """Of speech in the last whole chunk. Raises `EngineError`."""
        if self.waits:
            self._model.work_off(self.rate)
        return self._probability

    def take_chunks(self) -> Floats:
        """The chunks that wait, oldest first, each with its context in front."""
        new = np.concatenate(self._new, dtype=_FLOAT)
        new *= _SCALE
        line = np.concatenate([self._line, new])
        count = (self._length - self._context) // self._chunk
        (step,) = line.strides
        shape = (count, self._context + self._chunk)
        chunks = as_strided(line, shape, (self._chunk * step, step))
        self._line, self._new = line[count * self._chunk :], []
        self._length = len(self._line)
        return chunks

    def take(self, probability: float, state: Floats) -> None:
        """What the network made of that chunk."""
        self._probability, self.state = probability, state

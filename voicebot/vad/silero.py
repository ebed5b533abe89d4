"""The dear second opinion: Silero VAD, a small recurrent network in one ONNX file.

The file comes inside the `silero_vad` package, which is never imported: it would want torch.
The network takes chunks of 32 ms, each with the last 8 ms before it in front, and a state of
shape (2, calls, 128); both 8 and 16 kHz are in the one file.

    call A  feed ─▶ chunk ─┐
    call B  feed ─▶ chunk ─┼─▶ one run for all that wait, once the first of them is asked
    call C  feed ─▶ chunk ─┘

A run for one call alone spends most of its time fetching the network's weights.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from voicebot.core.audio import NARROWBAND, WIDEBAND, Pcm
from voicebot.core.errors import EngineError

Floats = NDArray[np.float32]

CHUNK_MS = 32
_CONTEXT_MS = 8
_RATES = {rate: np.array(rate, np.int64) for rate in (NARROWBAND, WIDEBAND)}
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
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime has a dozen kinds, none documented
            raise EngineError(f"cannot load the voice detector {path}: {error}") from error
        self._waiting: dict[int, dict[SileroStream, None]] = {NARROWBAND: {}, WIDEBAND: {}}

    def run(self, chunks: Floats, states: Floats, rate: int) -> tuple[Floats, Floats]:
        """A chunk of each of n calls, shape (n, context + 32 ms), +-1, and their states, shape
        (2, n, 128); gives the probabilities, shape (n,), and the next states."""
        inputs = {"input": chunks, "state": states, "sr": _RATES[rate]}
        try:
            probabilities, states = self._session.run(None, inputs)
        except Exception as error:
            raise EngineError(f"the voice detector failed: {error}") from error
        return probabilities[:, 0], states

    def wait(self, stream: SileroStream) -> None:
        """This stream has whole chunks to be heard."""
        self._waiting[stream.rate][stream] = None

    def work_off(self, rate: int) -> None:
        """Hear all that waits: the first chunk of every stream, then the second of those that
        have one. Raises `EngineError`; the chunks of that run are lost."""
        streams, self._waiting[rate] = list(self._waiting[rate]), {}
        while streams := [stream for stream in streams if stream.waits]:
            chunks = np.stack([stream.next_chunk() for stream in streams])
            states = np.stack([stream.state for stream in streams], axis=1)
            probabilities, states = self.run(chunks, states, rate)
            for number, stream in enumerate(streams):
                stream.take(float(probabilities[number]), states[:, number])


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
        """The context, then what was not heard yet."""
        self._probability = 0.0

    def feed(self, pcm: Pcm) -> None:
        """More sound, any length."""
        floats = pcm.samples.astype(_FLOAT)
        floats *= _SCALE
        self._line = np.concatenate([self._line, floats])
        if self.waits:
            self._model.wait(self)

    @property
    def waits(self) -> bool:
        """There is a whole chunk that was not heard yet."""
        return len(self._line) >= self._context + self._chunk

    @property
    def probability(self) -> float:
        """Of speech in the last whole chunk. Raises `EngineError`."""
        if self.waits:
            self._model.work_off(self.rate)
        return self._probability

    def next_chunk(self) -> Floats:
        """The oldest chunk that waits, its context in front."""
        both = self._line[: self._context + self._chunk]
        self._line = self._line[self._chunk :]
        return both

    def take(self, probability: float, state: Floats) -> None:
        """What the network made of that chunk."""
        self._probability, self.state = probability, state

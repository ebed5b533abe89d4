"""The dear second opinion: Silero VAD, a small recurrent network in one ONNX file.

The file comes inside the `silero_vad` package, which is never imported: it would want torch.
The network takes chunks of 32 ms, each with the last 8 ms before it in front, and a state of
shape (2, 1, 128); both 8 and 16 kHz are in the one file.
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
    """The network. Without state of its own: all calls share one."""

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

    def run(self, chunk: Floats, state: Floats, rate: int) -> tuple[float, Floats]:
        """`chunk` of shape (context + 32 ms,), +-1; gives the probability and the next state."""
        inputs = {"input": chunk[np.newaxis], "state": state, "sr": np.array(rate, np.int64)}
        try:
            probability, state = self._session.run(None, inputs)
        except Exception as error:
            raise EngineError(f"the voice detector failed: {error}") from error
        return float(probability[0, 0]), state


class SileroStream:
    """The network's ear on one call. Raises `ValueError` for a rate that it does not know."""

    def __init__(self, model: SileroModel, rate: int) -> None:
        if rate not in (NARROWBAND, WIDEBAND):
            raise ValueError(f"Silero hears at 8000 or 16000 Hz, not at {rate}")
        self.rate = rate
        self._model = model
        self._chunk = rate * CHUNK_MS // 1000
        self.reset()

    def reset(self) -> None:
        """Forget all that was heard."""
        self._state: Floats = np.zeros((2, 1, 128), np.float32)
        self._context: Floats = np.zeros(self.rate * _CONTEXT_MS // 1000, np.float32)
        self._waiting: Floats = np.zeros(0, np.float32)
        self.probability = 0.0

    def feed(self, pcm: Pcm) -> float:
        """More sound, any length; the probability of speech in the last whole chunk.

        Raises `EngineError`.
        """
        floats = pcm.samples.astype(np.float32) / np.float32(32768)
        line = np.concatenate([self._waiting, floats])
        while len(line) >= self._chunk:
            self._hear(line[: self._chunk])
            line = line[self._chunk :]
        self._waiting = line
        return self.probability

    def _hear(self, chunk: Floats) -> None:
        both = np.concatenate([self._context, chunk])
        self.probability, self._state = self._model.run(both, self._state, self.rate)
        self._context = chunk[-len(self._context) :]

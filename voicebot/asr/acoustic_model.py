"""The acoustic model that PocketSphinx brings, read for a loop of phones.

Every phone has a codebook of Gaussians for each stream of features, and three states, each a
mixture of its codebook's. (With all states of phones in context the model serves grammars, which
PocketSphinx itself searches.)

Scores are PocketSphinx's: logarithms in steps of 0.1 nat, relative to the best of each frame, and
bounded, so that what is learned of one holds for the other.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

STATES = 3
"""Of a phone."""
UNIT_NAT = 1024 * float(np.log(1.0001))
"""One step of a score: 0.1 nat."""
_LEAST = -96.0
"""A Gaussian's score relative to the best one of its stream, at least."""
_LEAST_VARIANCE = 1e-4
_LEAST_TRANSITION = 1e-4


class ModelError(ValueError):
    """The files are not such a model."""


@dataclass(frozen=True, slots=True)
class AcousticModel:
    """Phones without context."""

    phones: tuple[str, ...]
    gaussians: Floats
    """By stream: maps (features squared, features, 1) to scores of all codebooks' Gaussians;
    shape (streams, 2 * coefficients + 1, phones * Gaussians)."""
    mixtures: Floats
    """Weight of each Gaussian in each state of its phone; shape (streams, phones, Gaussians,
    states)."""
    transitions: Floats
    """Scores from state to state, the last one out of the phone; shape (phones, 3, 4)."""

    def scores(self, features: Floats) -> Floats:
        """How well each state explains each frame; shape (frames, phones, states), 0 for the best
        of a frame, less for the others. `features` as of `cepstra.features`."""
        total = np.zeros((len(features), len(self.phones), STATES), np.float32)
        for stream in range(len(self.gaussians)):
            total += self._stream(stream, features[:, stream])
        total -= total.max(axis=(1, 2), keepdims=True)
        return total

    def _stream(self, stream: int, features: Floats) -> Floats:
        ones = np.ones((len(features), 1), np.float32)
        each = np.concatenate([features**2, features, ones], axis=1) @ self.gaussians[stream]
        each -= each.max(axis=1, keepdims=True)
        np.maximum(each, _LEAST * np.float32(UNIT_NAT), out=each)
        np.exp(each, out=each)
        by_phone = each.reshape(len(each), len(self.phones), -1).transpose(1, 0, 2)
        sums = by_phone @ self.mixtures[stream]
        return np.asarray(np.log(sums).transpose(1, 0, 2) / np.float32(UNIT_NAT))


def read_model(folder: Path) -> AcousticModel:
    """The model in PocketSphinx's files. Raises `ModelError`, `OSError`."""
    phones = _phones(folder / "mdef")
    means, lengths = _gaussian_file(folder / "means")
    variances, _ = _gaussian_file(folder / "variances")
    if len(set(lengths)) != 1 or len(means) != len(phones):
        raise ModelError(f"{folder}: a codebook a phone and streams of one length are expected")
    shape = len(phones), len(lengths), -1, lengths[0]
    gaussians = _as_matrix(
        means.reshape(shape), np.maximum(variances, _LEAST_VARIANCE).reshape(shape)
    )
    weights = _mixture_file(folder / "sendump", len(lengths), len(phones))
    return AcousticModel(phones, gaussians, weights, _transitions(folder / "transition_matrices"))


def _as_matrix(means: NDArray[np.float64], variances: NDArray[np.float64]) -> Floats:
    """Both of shape (phones, streams, Gaussians, coefficients)."""
    constant = -(np.log(2 * np.pi * variances) + means**2 / variances).sum(axis=-1) / 2
    parts = [-0.5 / variances, means / variances, constant[..., np.newaxis]]
    joined = np.concatenate(parts, axis=-1)
    phones, streams, count, rows = joined.shape
    by_stream = joined.transpose(1, 3, 0, 2).reshape(streams, rows, phones * count)
    return np.ascontiguousarray(by_stream, dtype=np.float32)


# ---------------------------------------------------------------- files


def _phones(file: Path) -> tuple[str, ...]:
    """Names of the phones without context; their states are the first of the model."""
    data = file.read_bytes()
    if data[:4] != b"BMDF":
        raise ModelError(f"{file}: no binary model definition")
    _version, length = struct.unpack_from("<2i", data, 4)
    at = 12 + length
    count, _, states, of_phones = struct.unpack_from("<4i", data, at)
    if states != STATES or of_phones != count * STATES:
        raise ModelError(f"{file}: phones of {STATES} states are expected")
    names = data[at + 40 : at + 40 + 16 * count].split(b"\0", count)[:count]
    return tuple(name.decode("ascii") for name in names)


def _gaussian_file(file: Path) -> tuple[NDArray[np.float64], list[int]]:
    """Values by codebook, and the length of each stream."""
    numbers, at = _after_header(file)
    codebooks, streams, count = (int(number) for number in numbers[:3])
    lengths = [int(number) for number in numbers[3 : 3 + streams]]
    values = _floats(file, at + 4 * (4 + streams), codebooks * count * sum(lengths))
    return values.reshape(codebooks, -1), lengths


def _transitions(file: Path) -> Floats:
    numbers, at = _after_header(file)
    phones, states, targets = (int(number) for number in numbers[:3])
    values = _floats(file, at + 16, phones * states * targets)
    share = values.reshape(phones, states, targets)
    share = share / share.sum(axis=-1, keepdims=True)
    scores = np.log(np.maximum(share, _LEAST_TRANSITION)) / UNIT_NAT
    return np.where(share > 0, scores, -np.inf).astype(np.float32)


def _after_header(file: Path) -> tuple[NDArray[Any], int]:
    """The first numbers after the text header and the mark of the byte order, and where they
    stand."""
    data = file.read_bytes()[:4_096]
    end = data.find(b"endhdr\n") + 7
    if end < 7 or struct.unpack_from("<I", data, end)[0] != 0x11223344:
        raise ModelError(f"{file}: no parameters of a model, or of another byte order")
    return np.frombuffer(data[end + 4 : end + 68], "<i4"), end + 4


def _floats(file: Path, at: int, count: int) -> NDArray[np.float64]:
    return np.fromfile(file, "<f4", count, offset=at).astype(np.float64)


def _mixture_file(file: Path, streams: int, phones: int) -> Floats:
    """Weights of the phones' own states: of each Gaussian, in each stream, a byte a state."""
    data = file.read_bytes()
    at, lines = 0, []
    while length := struct.unpack_from("<i", data, at)[0]:
        lines.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    at += 4
    if re.search(rb"cluster_count [1-9]", b"\n".join(lines)):
        raise ModelError(f"{file}: clustered weights are not expected")
    count, states = struct.unpack_from("<2i", data, at)
    steps = np.frombuffer(data, np.uint8, streams * count * states, at + 8)
    own = steps.reshape(streams, count, states)[:, :, : phones * STATES]
    weights = np.exp(-UNIT_NAT * own.astype(np.float64))
    by_phone = weights.reshape(streams, count, phones, STATES).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(by_phone, dtype=np.float32)

"""The Silero VAD's network for one rate, computed for many calls at once.

    chunk ─▶ 4 spectra ─▶ 4 convolutions ─▶ gates ─┐         of all chunks together
                                    state ─▶ one step of an LSTM ─▶ probability, next state

All but the steps needs no state: half a second of a call that is asked for anew costs one pass and
16 small steps. In onnxruntime each chunk is a run of the whole graph, which also puts the LSTM's
weights in order anew: that took 2 to 3 times as long.

What comes out of a chunk is the same to the last bit whatever is computed beside it: rows and bins
are filled up, so that BLAS takes the same way through all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Floats = NDArray[np.float32]

STATE = 128
_SPECTRA = 4
"""Of a chunk."""
_ROWS, _BINS = 4, 16
"""Rows of a product, and bins of a spectrum, are filled up to a multiple."""


class SileroNetwork:
    """Weights, and what is done with them."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        """`weights` by their names in the file. Raises `KeyError`, `ValueError` where it is another
        network."""
        basis = weights["stft.forward_basis_buffer"][:, 0, :]
        bins, self._window = len(basis) // 2, basis.shape[1]
        self._bins = -(-bins // _BINS) * _BINS
        self._hop = self._window // 2
        self.samples = self._hop * (_SPECTRA - 1) + self._window
        """Of a chunk with its context. (Of a shorter one the end would have to be mirrored.)"""
        self._basis = _filled(np.stack([basis[:bins], basis[bins:]]), 1, self._bins)
        self._basis = np.ascontiguousarray(self._basis.reshape(-1, self._window).T)
        first, self._first_bias = _convolution(weights, 0)
        self._first = _filled(first, 1, self._bins).reshape(-1, first.shape[2])
        second, self._second_bias = _convolution(weights, 1)
        self._second = second.reshape(-1, second.shape[2])
        third, self._third_bias = _convolution(weights, 2)
        self._third = np.ascontiguousarray(third[1:].reshape(-1, third.shape[2]))
        fourth, self._fourth_bias = _convolution(weights, 3)
        self._fourth = np.ascontiguousarray(fourth[1])
        self._input = np.ascontiguousarray(weights["decoder.rnn.weight_ih"].T)
        self._hidden = np.ascontiguousarray(weights["decoder.rnn.weight_hh"].T)
        self._bias = weights["decoder.rnn.bias_ih"] + weights["decoder.rnn.bias_hh"]
        self._last = weights["decoder.decoder.2.weight"].reshape(STATE)
        self._last_bias = float(weights["decoder.decoder.2.bias"][0])

    def gates(self, chunks: Floats) -> Floats:
        """What n chunks, shape (n, `samples`), bring to the steps: shape (n, 512)."""
        count = len(chunks)
        spectra = np.zeros((count, _SPECTRA + 2, self._bins), np.float32)
        spectra[:, 1:-1] = self._spectra(chunks)
        # Each convolution spans three columns, with one of zeros on either side of all.
        once = _layer(_columns(spectra, _SPECTRA, 1), self._first, self._first_bias)
        padded = np.zeros((count, _SPECTRA + 1, once.shape[1]), np.float32)
        padded[:, 1:] = once.reshape(count, _SPECTRA, -1)
        twice = _layer(_columns(padded, _SPECTRA // 2, 2), self._second, self._second_bias)
        # Of the third, the first column is of zeros; of the fourth, the outer two.
        thrice = _layer(twice.reshape(count, -1), self._third, self._third_bias)
        heard = _layer(thrice, self._fourth, self._fourth_bias)
        return _product(heard, self._input) + self._bias

    def step(self, gates: Floats, states: Floats) -> tuple[Floats, Floats]:
        """One chunk of each of n calls: the probabilities of speech, shape (n,), and the next
        states; `states` of shape (2, n, 128)."""
        gates = gates + _product(states[0], self._hidden)
        flow, fresh = _sigmoid(gates), np.tanh(gates[:, 2 * STATE : 3 * STATE])
        following = np.empty_like(states)
        following[1] = flow[:, STATE : 2 * STATE] * states[1] + flow[:, :STATE] * fresh
        following[0] = flow[:, 3 * STATE :] * np.tanh(following[1])
        sums = (np.maximum(following[0], 0) * self._last).sum(axis=1) + self._last_bias
        return _sigmoid(sums), following

    def _spectra(self, chunks: Floats) -> Floats:
        """Magnitudes, shape (n, 4, bins)."""
        call, sample = chunks.strides
        shape = (len(chunks), _SPECTRA, self._window)
        windows = as_strided(chunks, shape, (call, self._hop * sample, sample))
        parts = _product(windows.reshape(-1, self._window), self._basis)
        parts *= parts
        magnitudes = np.sqrt(parts[:, : self._bins] + parts[:, self._bins :])
        return np.asarray(magnitudes).reshape(len(chunks), _SPECTRA, self._bins)


def _convolution(weights: Mapping[str, Floats], number: int) -> tuple[Floats, Floats]:
    """Weights of shape (3, in, out), and the bias."""
    name = f"encoder.{number}.reparam_conv"
    return np.ascontiguousarray(weights[f"{name}.weight"].transpose(2, 1, 0)), weights[
        f"{name}.bias"
    ]


def _filled(array: Floats, axis: int, length: int) -> Floats:
    """With zeros behind what is there."""
    widths = [(0, length - size if at == axis else 0) for at, size in enumerate(array.shape)]
    return np.pad(array, widths)


def _columns(padded: Floats, count: int, stride: int) -> Floats:
    """Three columns beside each other, so many times for each chunk."""
    chunk, column, value = padded.strides
    shape = (len(padded), count, 3 * padded.shape[2])
    return as_strided(padded, shape, (chunk, stride * column, value)).reshape(-1, shape[2])


def _layer(rows: Floats, weights: Floats, bias: Floats) -> Floats:
    sums = _product(rows, weights)
    sums += bias
    return np.maximum(sums, 0, out=sums)


def _product(rows: Floats, weights: Floats) -> Floats:
    """Matrix product; of few rows BLAS would take another way, and round otherwise."""
    missing = -len(rows) % _ROWS
    if missing:
        rows = np.concatenate([rows, np.zeros((missing, rows.shape[1]), np.float32)])
    return np.asarray(rows @ weights)[: len(rows) - missing]


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)))

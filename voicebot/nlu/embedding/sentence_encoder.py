"""Sentences to vectors of length one: near where they mean the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np

from voicebot.core.errors import EngineError
from voicebot.nlu.embedding.safetensors import read_tensors
from voicebot.nlu.embedding.sentence import Sentence, Vector, counts, sentences, vectors
from voicebot.nlu.embedding.transformer import (
    ENTRY,
    EPSILON,
    LEAVE,
    MIDDLE,
    Tensors,
    encoder_graph,
)
from voicebot.nlu.embedding.wordpiece import WordPiece

__all__ = ["VOCABULARY", "WEIGHTS", "Sentence", "SentenceEncoder", "Vector"]
WEIGHTS, VOCABULARY = "model.safetensors", "vocab.txt"
_HEAD = 32
"""Numbers an attention head has: all MiniLM models are cut that way."""
_BATCH = 16
Pieces = Sequence[Sequence[int]]
"""Of texts with the same number of them."""
_Read = TypeVar("_Read")


class SentenceEncoder:
    """One for all calls of a process; safe from several threads."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds `model.safetensors` and `vocab.txt`; takes about half a second. Raises
        `EngineError`."""
        import onnxruntime

        self._pieces = WordPiece(folder / VOCABULARY)
        tensors = read_tensors(folder / WEIGHTS)
        try:
            self._embed(tensors)
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            graph = encoder_graph(tensors, self.width // _HEAD)
            self._session = onnxruntime.InferenceSession(
                graph, options, providers=["CPUExecutionProvider"]
            )
        except (KeyError, ValueError, RuntimeError) as error:
            raise EngineError(f"{folder} holds no MiniLM: {error}") from error
        self.fingerprint = _fingerprint(folder)
        """Tells these weights from others: a model goes with what it was trained on."""

    def _embed(self, t: Tensors) -> None:
        self._words = t["embeddings.word_embeddings.weight"]
        kind = t["embeddings.token_type_embeddings.weight"][0]
        self._places = np.asarray(t["embeddings.position_embeddings.weight"] + kind, np.float32)
        self._gamma = np.asarray(t["embeddings.LayerNorm.weight"])
        self._beta = np.asarray(t["embeddings.LayerNorm.bias"])
        self.width = int(self._words.shape[1])
        """Numbers a vector has."""

    @property
    def vocabulary(self) -> int:
        """How many pieces there are."""
        return int(self._words.shape[0])

    def pieces(self, text: str) -> list[int]:
        """The numbers of a text's pieces, its two ends among them."""
        return self._pieces(text)

    def __call__(self, text: str, importance: Vector | None = None) -> Vector:
        """The vector of one text, a few milliseconds. Never fails for a text. `importance` is how
        much each piece of the vocabulary counts; alike without it."""
        row: Vector = self._vectors([self._pieces(text)], importance)[0]
        return row

    def sentence(self, text: str, importance: Vector | None = None) -> Sentence:
        """The same vector, and the words that it was made of."""
        return self._sentences([self._pieces(text)], importance)[0]

    def many(
        self,
        texts: Sequence[str],
        threads: int,
        done: Callable[[int], None] | None = None,
        importance: Vector | None = None,
    ) -> Vector:
        """Rows of vectors; `done` hears how many more there are."""
        out = np.empty((len(texts), self.width), np.float32)
        for rows, batch in self._batched(self._vectors, texts, threads, importance):
            out[rows] = batch
            if done is not None:
                done(len(rows))
        return out

    def sentences(
        self,
        texts: Sequence[str],
        threads: int,
        done: Callable[[int], None] | None = None,
        importance: Vector | None = None,
    ) -> list[Sentence]:
        """The same with their words, which take 3 kB each."""
        found: dict[int, Sentence] = {}
        for rows, batch in self._batched(self._sentences, texts, threads, importance):
            found.update(zip(rows, batch, strict=True))
            if done is not None:
                done(len(rows))
        return [found[row] for row in range(len(texts))]

    def _batched(
        self,
        read: Callable[[Pieces, Vector | None], _Read],
        texts: Sequence[str],
        threads: int,
        importance: Vector | None,
    ) -> Iterator[tuple[list[int], _Read]]:
        """Places of texts, and what was read of those."""
        pieces = [self._pieces(text) for text in texts]
        batches = _batches([len(numbers) for numbers in pieces])
        with ThreadPoolExecutor(threads) as pool:
            found = pool.map(lambda rows: read([pieces[row] for row in rows], importance), batches)
            yield from zip(batches, found, strict=True)

    def _vectors(self, pieces: Pieces, importance: Vector | None) -> Vector:
        (encoded,) = self._run(pieces, [LEAVE])
        return vectors(encoded, counts(pieces, importance))

    def _sentences(self, pieces: Pieces, importance: Vector | None) -> list[Sentence]:
        return sentences(self._run(pieces, [MIDDLE, LEAVE]), counts(pieces, importance))

    def _run(self, pieces: Pieces, leaves: Sequence[str]) -> list[Vector]:
        hidden = self._words[np.array(pieces)] + self._places[: len(pieces[0])]
        hidden -= hidden.mean(axis=-1, keepdims=True)
        hidden /= np.sqrt(np.square(hidden).mean(axis=-1, keepdims=True) + EPSILON)
        hidden = hidden * self._gamma + self._beta
        states: list[Vector] = self._session.run(leaves, {ENTRY: hidden})
        return states


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Places of texts of the same length, a few together."""
    by_length: dict[int, list[int]] = {}
    for place, length in enumerate(lengths):
        by_length.setdefault(length, []).append(place)
    return [
        places[at : at + _BATCH]
        for places in by_length.values()
        for at in range(0, len(places), _BATCH)
    ]


def _fingerprint(folder: Path) -> str:
    """Of size and the first and last megabyte: hashing all of it would take a start's time."""
    file = folder / WEIGHTS
    size = file.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with file.open("rb") as stream:
        digest.update(stream.read(1 << 20))
        stream.seek(max(0, size - (1 << 20)))
        digest.update(stream.read(1 << 20))
    return digest.hexdigest()[:16]

"""Free wordings: a search that takes any sequence of the words that were taught, the likelier the
more it is like what was taught.

    cepstra ─▶ trigram search ─▶ words ─▶ these words aligned by the grammar's decoder ─▶ segments

A decoder of its own, made when it is first needed: every second frame's sounds are enough for it,
and one pass over the tree of words. What it scores says nothing, as it is approximate where words
meet; so its words are aligned once more, which is cheap, and weighed like those of a grammar.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pocketsphinx import Decoder

from voicebot.asr.cepstra import Floats
from voicebot.asr.dictionary import model_path
from voicebot.asr.language_model import LanguageModel

_WEIGHT = 6.5
_EVERY = 2
"""Frames of 10 ms: the sounds of one are taken for those of the next. It takes a third less than 1,
and costs a word in a hundred."""

Pronounced = Sequence[tuple[str, Sequence[str]]]


class FreeSearch:
    """One decoder and its language models."""

    def __init__(self) -> None:
        self._known: dict[str, LanguageModel] = {}
        self._decoder = empty_decoder(lw=_WEIGHT, ds=_EVERY, fwdflat=False)

    def add(self, name: str, sentences: Sequence[str], dictionary: Pronounced) -> None:
        """Learn from sentences, each of words that the dictionary names."""
        for word, pronunciations in dictionary:
            learn(self._decoder, word, pronunciations)
        model = self._known[name] = LanguageModel([sentence.split() for sentence in sentences])
        descriptor, file = tempfile.mkstemp(suffix=".arpa")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(model.arpa())
            self._decoder.add_lm_file(name, file)
        finally:
            Path(file).unlink()

    def forget(self, name: str) -> None:
        """A model is not needed any more."""
        self._decoder.remove_search(name)
        del self._known[name]

    def read(self, name: str, heard: Floats) -> tuple[str, ...]:
        """The words, as the dictionary names them; none where nothing fits."""
        decoder = self._decoder
        decoder.activate_search(name)
        decoder.start_utt()
        decoder.process_cep(heard.tobytes(), full_utt=True)
        decoder.end_utt()
        best = decoder.hyp()
        words = best.hypstr.split() if best is not None else []
        return tuple(word.partition("(")[0] for word in words)

    def surprise(self, name: str, words: Sequence[str]) -> float:
        """How unlike what was taught it is."""
        return self._known[name].surprise(words)


def empty_decoder(*, lw: float, topn: int = 4, ds: int = 1, fwdflat: bool = True) -> Decoder:
    """A decoder with an empty dictionary: the full one costs 25 MB and is never needed. `lw` weighs
    words against sounds, `topn` Gaussians are added up for each sound, every `ds` frames."""
    descriptor, name = tempfile.mkstemp(suffix=".dict")
    os.close(descriptor)
    try:
        return Decoder(
            hmm=str(model_path() / "en-us"),
            lm=None,
            dict=name,
            bestpath=False,
            topn=topn,
            ds=ds,
            fwdflat=fwdflat,
            lw=lw,
            loglevel="FATAL",
        )
    finally:
        Path(name).unlink()


def learn(decoder: Decoder, word: str, pronunciations: Sequence[str]) -> None:
    """Words are never unlearned: a hotline has some thousands."""
    if decoder.lookup_word(word) is not None:
        return
    for number, phones in enumerate(pronunciations, 1):
        name = word if number == 1 else f"{word}({number})"
        decoder.add_word(name, phones, False)

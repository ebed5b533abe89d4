"""PocketSphinx with its bundled US English model. Runs only in worker processes: it holds the GIL.

    8 kHz ─▶ 16 kHz polyphase ─▶ gain ─▶ cepstra ─┬▶ grammar search ─▶ words  ┐
                                                  └▶ loop of phones ─▶ phones ┴▶ evidence

The whole utterance is decoded at once, so that cepstral means are those of the whole. The second
search, our own (`phone_loop.py`), hears phones of any order; how much better it explains the
speech than the grammar does tells speech that was not expected. The cepstra are our own, too:
PocketSphinx would go on with what it took for the noise of the line in the utterance before.

One reading only: the lattice's next best ones are not sentences of the grammar, and looking for
them can take minutes.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pocketsphinx import Decoder

from voicebot.asr.acoustic_model import read_model
from voicebot.asr.automaton import read_jsgf
from voicebot.asr.cepstra import Floats, cepstra, features
from voicebot.asr.dictionary import model_path, word_of
from voicebot.asr.evidence import Segment, compare
from voicebot.asr.phone_loop import PhoneLoop
from voicebot.asr.wire import Message
from voicebot.audio.resample import resample
from voicebot.core.audio import WIDEBAND, Pcm

_FRAME_MS = 10
_TOPN = 4
"""Gaussians that are added up for each sound. 8 costs a third more and is right no more often."""
_GRAMMAR_WEIGHT = 2.0
"""PocketSphinx's `lw`. By default, 6.5, each pause for breath costs as much as half a word."""


@dataclass(frozen=True, slots=True)
class _Pass:
    text: str
    segments: tuple[Segment, ...]


class PocketSphinxEngine:
    """One decoder; grammars are added as they come and the oldest forgotten."""

    def __init__(self, gain: float = 0.15, grammars: int = 64) -> None:
        self._gain = gain
        self._limit = grammars
        self._known: OrderedDict[str, None] = OrderedDict()
        self._decoder = _decoder()
        self._loop = PhoneLoop(read_model(_model()))
        self._logmath = self._decoder.get_logmath()

    def handle(self, message: Message) -> Mapping[str, Any]:
        """Decode one utterance: parts are the grammar and int16 sound at `rate`."""
        grammar, sound = message.parts
        name = message.header["grammar"]
        self._add(name, grammar)
        if not sound:
            return {}
        heard = cepstra(self._prepared(Pcm.from_bytes(sound, message.header["rate"])))
        found = self._search(name, heard)
        if found is None or not any(segment.spoken for segment in found.segments):
            return {"text": ""}
        return self._judged(found, self._loop.search(features(heard)))

    def _prepared(self, pcm: Pcm) -> Pcm:
        wide = resample(pcm, WIDEBAND).samples.astype(np.float64) * self._gain
        return Pcm(np.round(wide).astype(np.int16), WIDEBAND)

    def _search(self, name: str, heard: Floats) -> _Pass | None:
        """None where no way through the grammar ends with the sound."""
        decoder = self._decoder
        decoder.activate_search(name)
        decoder.start_utt()
        # A copy of its own: PocketSphinx takes the mean off in place.
        decoder.process_cep(heard.tobytes(), full_utt=True)
        decoder.end_utt()
        best = decoder.hyp()
        if best is None:
            return None
        log = self._logmath.log
        segments = tuple(
            Segment(part.word, part.start_frame, part.end_frame + 1, log(part.ascore))
            for part in decoder.seg()
        )
        return _Pass(_text(best.hypstr), segments)

    def _judged(self, found: _Pass, phones: Sequence[Segment]) -> dict[str, Any]:
        words = [segment for segment in found.segments if segment.spoken]
        lengths = [self._length(segment.word) for segment in words]
        evidence = compare(found.segments, phones, lengths)
        return {
            "text": found.text,
            "words": [[word_of(s.word), s.start * _FRAME_MS, s.end * _FRAME_MS] for s in words],
            **asdict(evidence),
        }

    def _length(self, word: str) -> int:
        """Phones of a word as it was pronounced."""
        return len((self._decoder.lookup_word(word) or "").split())

    def _add(self, name: str, grammar: bytes) -> None:
        if name in self._known:
            self._known.move_to_end(name)
            return
        jsgf, dictionary = json.loads(grammar)
        for word, pronunciations in dictionary:
            self._learn(word, pronunciations)
        automaton = read_jsgf(jsgf)
        arcs = [arc if arc[3] else arc[:3] for arc in automaton.arcs]
        fsg = self._decoder.create_fsg(name, 0, automaton.states - 1, arcs)
        self._decoder.add_fsg(name, fsg)
        self._known[name] = None
        if len(self._known) > self._limit:
            self._decoder.activate_search(name)
            self._decoder.remove_search(self._known.popitem(last=False)[0])

    def _learn(self, word: str, pronunciations: list[str]) -> None:
        """Words are never unlearned: a hotline has some thousands."""
        if self._decoder.lookup_word(word) is not None:
            return
        for number, phones in enumerate(pronunciations, 1):
            name = word if number == 1 else f"{word}({number})"
            self._decoder.add_word(name, phones, False)


def _text(hypothesis: str) -> str:
    return " ".join(word_of(name) for name in hypothesis.split())


def _model() -> Path:
    return model_path() / "en-us"


def _decoder() -> Decoder:
    """A decoder with an empty dictionary: the full one costs 25 MB and is never needed."""
    descriptor, name = tempfile.mkstemp(suffix=".dict")
    os.close(descriptor)
    try:
        return Decoder(
            hmm=str(_model()),
            lm=None,
            dict=name,
            bestpath=False,
            topn=_TOPN,
            lw=_GRAMMAR_WEIGHT,
            loglevel="FATAL",
        )
    finally:
        Path(name).unlink()

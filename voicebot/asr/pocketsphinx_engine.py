"""PocketSphinx with its bundled US English model. Runs only in worker processes: it holds the GIL.

    8 kHz ─▶ 16 kHz polyphase ─▶ gain ─▶ cepstra ─┬▶ grammar search ─▶ words  ┐
                                                  ├▶ loop of phones ─▶ phones ┴▶ evidence
                                                  └▶ free search (`free_search.py`), where the
                                                     grammar does not explain it well

The whole utterance is decoded at once, so that cepstral means are those of the whole. The second
search, our own (`phone_loop.py`), hears phones of any order; how much better it explains the
speech than the grammar does tells speech that was not expected. The cepstra are our own, too:
PocketSphinx would go on with what it took for the noise of the line in the utterance before.

One reading of the grammar only: the lattice's next best ones are not sentences of it, and looking
for them can take minutes. A free one comes beside it, not in its place.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from voicebot.asr.acoustic_model import read_model
from voicebot.asr.automaton import read_jsgf
from voicebot.asr.cepstra import Floats, cepstra, features
from voicebot.asr.confidence import score
from voicebot.asr.dictionary import model_path, word_of
from voicebot.asr.evidence import Segment, compare
from voicebot.asr.free_search import FreeSearch, empty_decoder, learn
from voicebot.asr.phone_loop import PhoneLoop
from voicebot.asr.wire import Message
from voicebot.audio.resample import resample
from voicebot.core.audio import WIDEBAND, Pcm

_FRAME_MS = 10
_TOPN = 4
"""Gaussians that are added up for each sound. 8 costs a third more and is right no more often."""
_GRAMMAR_WEIGHT = 2.0
"""PocketSphinx's `lw`. By default, 6.5, each pause for breath costs as much as half a word."""


_ALIGNED = "aligned"


@dataclass(frozen=True, slots=True)
class _Known:
    """What is kept under a grammar's name."""

    bound: bool
    """Sentences of a grammar."""
    free: bool
    """Free wordings."""


@dataclass(frozen=True, slots=True)
class _Pass:
    text: str
    segments: tuple[Segment, ...]


class PocketSphinxEngine:
    """One decoder; grammars are added as they come and the oldest forgotten."""

    def __init__(self, gain: float = 0.15, grammars: int = 64) -> None:
        self._gain = gain
        self._limit = grammars
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._decoder = empty_decoder(lw=_GRAMMAR_WEIGHT, topn=_TOPN)
        self._free: FreeSearch | None = None
        self._loop = PhoneLoop(read_model(_model()))
        self._logmath = self._decoder.get_logmath()

    def handle(self, message: Message) -> Mapping[str, Any]:
        """Decode one utterance: parts are the grammar and int16 sound at `rate`. A free reading
        comes as `free` where the grammar's scores below `enough`."""
        grammar, sound = message.parts
        name = message.header["grammar"]
        known = self._add(name, grammar)
        if not sound:
            return {}
        heard = cepstra(self._prepared(Pcm.from_bytes(sound, message.header["rate"])))
        found = self._search(name, heard) if known.bound else None
        loop = _Loop(self._loop, heard)
        answer = self._judged(found, loop) if found is not None else {"text": ""}
        enough = message.header.get("enough")
        if known.free and (not answer["text"] or enough is None or score(answer) < enough):
            return {**answer, "free": self._freely(name, heard, loop)}
        return answer

    def _freely(self, name: str, heard: Floats, loop: _Loop) -> dict[str, Any]:
        """What it is in any words of those that were taught."""
        assert self._free is not None
        words = self._free.read(name, heard)
        found = self._aligned(words, heard) if words else None
        if found is None:
            return {"text": ""}
        return {**self._judged(found, loop), "surprise": self._free.surprise(name, words)}

    def _aligned(self, words: Sequence[str], heard: Floats) -> _Pass | None:
        """Where these words are in the sound, and how well they explain it."""
        arcs = [(at, at + 1, 1.0, word) for at, word in enumerate(words)]
        decoder = self._decoder
        decoder.add_fsg(_ALIGNED, decoder.create_fsg(_ALIGNED, 0, len(words), arcs))
        found = self._search(_ALIGNED, heard)
        decoder.remove_search(_ALIGNED)
        return found

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

    def _judged(self, found: _Pass, loop: _Loop) -> dict[str, Any]:
        words = [segment for segment in found.segments if segment.spoken]
        if not words:
            return {"text": ""}
        lengths = [self._length(segment.word) for segment in words]
        evidence = compare(found.segments, loop.phones, lengths)
        return {
            "text": found.text,
            "words": [[word_of(s.word), s.start * _FRAME_MS, s.end * _FRAME_MS] for s in words],
            **asdict(evidence),
        }

    def _length(self, word: str) -> int:
        """Phones of a word as it was pronounced."""
        return len((self._decoder.lookup_word(word) or "").split())

    def _add(self, name: str, grammar: bytes) -> _Known:
        if name in self._known:
            self._known.move_to_end(name)
            return self._known[name]
        jsgf, dictionary, sentences = json.loads(grammar)
        for word, pronunciations in dictionary:
            learn(self._decoder, word, pronunciations)
        if jsgf:
            self._add_grammar(name, jsgf)
        if sentences:
            self._free = self._free or FreeSearch()
            self._free.add(name, sentences, dictionary)
        self._known[name] = known = _Known(bool(jsgf), bool(sentences))
        if len(self._known) > self._limit:
            self._forget(*self._known.popitem(last=False))
        return known

    def _forget(self, name: str, known: _Known) -> None:
        if known.bound:
            self._decoder.remove_search(name)
        if known.free and self._free is not None:
            self._free.forget(name)

    def _add_grammar(self, name: str, jsgf: str) -> None:
        automaton = read_jsgf(jsgf)
        arcs = [arc if arc[3] else arc[:3] for arc in automaton.arcs]
        fsg = self._decoder.create_fsg(name, 0, automaton.states - 1, arcs)
        self._decoder.add_fsg(name, fsg)


@dataclass(slots=True)
class _Loop:
    """The phones of one utterance, looked for when they are first wanted."""

    search: PhoneLoop
    heard: Floats
    _phones: tuple[Segment, ...] | None = None

    @property
    def phones(self) -> tuple[Segment, ...]:
        if self._phones is None:
            self._phones = self.search.search(features(self.heard))
        return self._phones


def _text(hypothesis: str) -> str:
    return " ".join(word_of(name) for name in hypothesis.split())


def _model() -> Path:
    return model_path() / "en-us"

"""Vosk: streaming, one recognizer for each utterance. Runs only in worker processes: a wrong
grammar or a recognizer used twice at once ends the process.

    open {utterance, grammar} · feed int16 sound at 8 or 16 kHz · answer: partial or final
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import vosk

from voicebot.asr import nbest
from voicebot.asr.wire import Message
from voicebot.audio.resample import Resampler
from voicebot.core.audio import WIDEBAND, Pcm

_MAX_OPEN = 1_000
"""Utterances that were never closed are forgotten, oldest first."""

_PIECE_MS = 100
"""Is decoded at once; a partial reading may lack so much."""


class _Utterance:
    def __init__(self, model: vosk.Model, rate: int, grammar: list[str]) -> None:
        self.resampler = Resampler(rate, WIDEBAND)
        self.rate = rate
        self.segments: list[dict[str, Any]] = []
        self._piece = 2 * rate * _PIECE_MS // 1000
        self._waiting = bytearray()
        if grammar:
            text = json.dumps(grammar, ensure_ascii=False)
            self.recognizer = vosk.KaldiRecognizer(model, WIDEBAND, text)
        else:
            self.recognizer = vosk.KaldiRecognizer(model, WIDEBAND)
            self.recognizer.SetMaxAlternatives(nbest.MOST)
        self.is_free = not grammar
        self.recognizer.SetWords(True)
        self.recognizer.SetPartialWords(True)

    def feed(self, sound: bytes) -> None:
        """Take more of it in. The library decodes piece by piece, and what it finds depends a
        little on where one ends: so pieces are counted from the utterance's beginning, however
        the sound was sent, and a replay finds the same."""
        self._waiting += sound
        while len(self._waiting) >= self._piece:
            self._decode(bytes(self._waiting[: self._piece]))
            del self._waiting[: self._piece]

    def _decode(self, sound: bytes) -> None:
        wide = self.resampler.process(Pcm.from_bytes(sound, self.rate)).to_bytes()
        if wide and self.recognizer.AcceptWaveform(wide):
            # Its own end of speech is none of ours: what it closed is the first part.
            self.segments.append(json.loads(self.recognizer.Result()))

    def partial(self) -> dict[str, Any]:
        heard = json.loads(self.recognizer.PartialResult())
        return {"words": [*self._closed(), *heard.get("partial_result", [])]}

    def final(self) -> dict[str, Any]:
        self._decode(bytes(self._waiting))
        self._waiting.clear()
        heard = json.loads(self.recognizer.FinalResult())
        if self.is_free:
            return {"readings": nbest.readings([*self.segments, heard])}
        return {"words": [*self._closed(), *heard.get("result", [])]}

    def _closed(self) -> list[dict[str, Any]]:
        """Words of what is closed; of a free utterance the best reading's."""
        if self.is_free:
            found = nbest.readings(self.segments, 1) if self.segments else [{"words": []}]
            return list(found[0]["words"])
        return [word for segment in self.segments for word in segment.get("result", [])]


class VoskEngine:
    """One model and the utterances under way."""

    def __init__(self, path: str) -> None:
        vosk.SetLogLevel(-1)
        self._model = vosk.Model(model_path=path)
        self._open: dict[str, _Utterance] = {}

    def handle(self, message: Message) -> Mapping[str, Any]:
        """`want`: `nothing`, `partial`, `final` or `close`."""
        header = message.header
        name, want = header["utterance"], header["want"]
        if want == "close":
            self._open.pop(name, None)
            return {}
        if header.get("grammar") is not None:
            self._begin(name, header["rate"], header["grammar"])
        utterance = self._open[name]
        utterance.feed(message.parts[0])
        if want == "final":
            return self._open.pop(name).final()
        return utterance.partial() if want == "partial" else {}

    def _begin(self, name: str, rate: int, grammar: list[str]) -> None:
        while len(self._open) >= _MAX_OPEN:
            self._open.pop(next(iter(self._open)))
        self._open[name] = _Utterance(self._model, rate, grammar)

"""Where the calls come from: ids of a hotline's calls, WAV files, folders of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from voicebot.audio.resample import resample
from voicebot.audio.wav import Wav, WavError, read_wav
from voicebot.core.audio import NARROWBAND, WIDEBAND, Pcm
from voicebot.core.record import Fact, FactKind
from voicebot.replay.labeled import reference
from voicebot.replay.recorded import RecordedCall
from voicebot.store.calls import CallStore
from voicebot.store.labels import Label
from voicebot.store.rows import fact_from_json

TRANSCRIPT = ".txt"
JOURNAL = ".json"
"""Beside a sound file: what `voicebot calls show ID --json` prints, or a pinned call's."""
_OF_SOUND = (FactKind.READ, FactKind.MEASURED)
"""What words alone have no use for."""


@dataclass(frozen=True, slots=True)
class CallSource:
    """One call to be replayed; small, so that it can go to other processes."""

    name: str
    call: str = ""
    """Id of a call of the store."""
    file: Path | None = None
    """A sound file, in place of it."""
    caller_channel: int = 0
    """The caller's of a stereo file: 0 left, 1 right."""


def sources_below(folder: Path, caller_channel: int = 0) -> Iterator[CallSource]:
    """Every WAV file below a folder, by path."""
    for path in sorted(folder.rglob("*.wav")):
        yield CallSource(str(path.relative_to(folder)), "", path, caller_channel)


def read_call(source: CallSource, store: CallStore | None, data: Path) -> RecordedCall:
    """The call with its sound. What cannot be read is in its `problems`."""
    if source.file is not None:
        return _read_file(source, source.file)
    assert store is not None
    call = _with_sound(source.name, store.facts(source.call), data)
    return labeled(call, store.labels_of([source.call]).get(source.call, ()))


def read_facts(sources: Sequence[CallSource], store: CallStore | None) -> list[RecordedCall]:
    """Calls without their sound, all at once."""
    wanted = [source.call for source in sources if source.file is None]
    journals = store.journals_of(wanted, _OF_SOUND) if store is not None else {}
    labels = store.labels_of(wanted) if store is not None else {}
    return [
        RecordedCall(source.name, _facts_beside(source.file))
        if source.file
        else labeled(
            RecordedCall(source.name, journals.get(source.call, ())),
            labels.get(source.call, ()),
        )
        for source in sources
    ]


def labeled(call: RecordedCall, labels: tuple[Label, ...]) -> RecordedCall:
    """The call with its labels."""
    if not labels:
        return call
    return replace(call, labels=labels, reference=reference(call.facts, labels))


def _with_sound(name: str, facts: Sequence[Fact], data: Path) -> RecordedCall:
    began = next((f for f in facts if f.kind is FactKind.RECORDING and f.data.get("file")), None)
    if began is None:
        return RecordedCall(name, tuple(facts))
    path = data / str(began.data["file"])
    try:
        wav = read_wav(path)
    except OSError as error:
        problem = f"the recording cannot be read: {error.strerror or type(error).__name__}"
        return RecordedCall(name, tuple(facts), problems=(problem,))
    except WavError as error:
        return RecordedCall(name, tuple(facts), problems=(str(error),))
    right = wav.channel(1) if len(wav.channels) > 1 else None
    return RecordedCall(name, tuple(facts), wav.channel(0), right, began.at_ms)


def _read_file(source: CallSource, path: Path) -> RecordedCall:
    facts = _facts_beside(path)
    try:
        wav = read_wav(path)
    except OSError as error:
        problem = f"{path}: {error.strerror or type(error).__name__}"
        return RecordedCall(source.name, facts, problems=(problem,))
    except WavError as error:
        return RecordedCall(source.name, facts, problems=(str(error),))
    heard, played = _channels(wav, source.caller_channel)
    start = next((f.at_ms for f in facts if f.kind is FactKind.RECORDING and f.data["file"]), 0)
    pinned = _beside(path).get("stand_ins")
    if pinned is not None:  # The text beside it is its scenario.
        call = RecordedCall(source.name, facts, heard, played, start)
        return replace(call, stand_ins=frozenset(map(int, pinned)))
    reference = path.with_suffix(TRANSCRIPT)
    said = reference.read_text("utf-8").strip() if reference.is_file() else ""
    return RecordedCall(source.name, facts, heard, played, start, said)


def _channels(wav: Wav, caller: int) -> tuple[Pcm, Pcm | None]:
    """The caller's and the bot's, at a rate that calls have."""
    rate = wav.rate if wav.rate in (NARROWBAND, WIDEBAND) else _nearest(wav.rate)
    count = len(wav.channels)
    heard = wav.channel(min(caller, count - 1))
    played = wav.channel(1 - caller) if count == 2 else None

    def at_rate(pcm: Pcm) -> Pcm:
        return pcm if pcm.rate == rate else resample(pcm, rate)

    return at_rate(heard), None if played is None else at_rate(played)


def _nearest(rate: int) -> int:
    return WIDEBAND if rate > WIDEBAND else NARROWBAND


def _facts_beside(path: Path) -> tuple[Fact, ...]:
    return tuple(fact_from_json(fact) for fact in _beside(path).get("facts", ()))


def _beside(path: Path) -> dict[str, Any]:
    journal = path.with_suffix(JOURNAL)
    return dict(json.loads(journal.read_text("utf-8"))) if journal.is_file() else {}

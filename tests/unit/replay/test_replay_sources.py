"""Recordings from elsewhere, what is missing of calls, what they are served with otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from voicebot.audio.wav_writer import write_wav
from voicebot.config.settings import HotlineFile
from voicebot.core.audio import Pcm
from voicebot.core.call import CallId
from voicebot.core.errors import ConfigError
from voicebot.core.record import Fact, FactKind
from voicebot.replay.changing import parse_value, tuned
from voicebot.replay.choosing import NotFound, chosen
from voicebot.replay.missing import missing_of
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.sources import CallSource, read_call


def sound(rate: int, seconds: float = 1.0, value: int = 100) -> Pcm:
    return Pcm(np.full(round(rate * seconds), value, dtype=np.int16), rate)


@pytest.mark.parametrize(
    ("rate", "at"), [(8_000, 8_000), (16_000, 16_000), (11_025, 8_000), (44_100, 16_000)]
)
def test_a_recording_of_any_rate_is_read_at_a_rate_of_calls(
    tmp_path: Path, rate: int, at: int
) -> None:
    write_wav(tmp_path / "a.wav", sound(rate))
    call = read_call(CallSource("a", file=tmp_path / "a.wav"), None, tmp_path)
    assert call.heard is not None
    assert call.heard.rate == at
    assert call.heard.duration_ms == pytest.approx(1_000, abs=2)
    assert call.is_foreign
    assert missing_of(call) == ()


def test_the_caller_may_be_on_the_right_and_words_may_be_beside(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", sound(8_000, value=1), sound(8_000, value=2))
    (tmp_path / "a.txt").write_text("my balance\n", "utf-8")
    left = read_call(CallSource("a", file=tmp_path / "a.wav"), None, tmp_path)
    right = read_call(CallSource("a", file=tmp_path / "a.wav", caller_channel=1), None, tmp_path)
    assert left.heard is not None
    assert right.heard is not None
    assert (left.heard.samples[0], right.heard.samples[0]) == (1, 2)
    assert left.reference == "my balance"


def test_what_is_no_sound_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"nothing of the kind")
    call = read_call(CallSource("a", file=tmp_path / "a.wav"), None, tmp_path)
    [missing] = missing_of(call)
    assert missing.is_fatal
    assert "a.wav" in missing.what


def test_names_that_are_nothing_say_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no file nowhere"):
        chosen(["nowhere"], None, None)
    with pytest.raises(NotFound, match="no WAV file"):
        chosen([str(tmp_path)], None, None)


# ---------------------------------------------------------------- what is missing


def journal(*facts: tuple[int, FactKind, dict[str, object]]) -> RecordedCall:
    """A call of 10 s with so much sound, and these facts between its beginning and its end."""
    began = datetime(2026, 11, 22, tzinfo=UTC)
    answered = {"flow": "bank_en", "flow_version": "", "rate": 8_000, "clock": "", "zone": ""}
    ended = {"by": "caller", "outcome": "hung_up", "code": 200}
    every = [(0, FactKind.ANSWERED, answered), *facts, (10_000, FactKind.ENDED, ended)]
    made = (
        Fact(CallId("call"), n, at, began, kind, data) for n, (at, kind, data) in enumerate(every)
    )
    return RecordedCall("call", tuple(made), sound(8_000, 10.0), sound(8_000, 10.0))


def whats(call: RecordedCall) -> list[str]:
    return [one.what for one in missing_of(call)]


def test_a_whole_call_lacks_nothing() -> None:
    assert whats(journal()) == []


def test_a_recording_that_stopped_says_why_and_from_when_on() -> None:
    call = journal(
        (9_000, FactKind.RECORDING, {"file": "", "paused": False, "failed": "No space left"})
    )
    short = RecordedCall(call.name, call.facts, sound(8_000, 4.0), sound(8_000, 4.0))
    found = missing_of(short)
    assert [one.at_ms for one in found] == [4_000, 4_000]
    assert "No space left" in found[0].what
    assert "6.0 s before" in found[1].what


def test_a_spoken_secret_is_missing_and_a_keyed_one_is_not() -> None:
    paused = (2_000, FactKind.RECORDING, {"file": "", "paused": True, "failed": ""})
    on = (6_000, FactKind.RECORDING, {"file": "", "paused": False, "failed": ""})
    spoken = (5_000, FactKind.HEARD, {"text": "", "start_ms": 3_000, "end_ms": 4_000})
    keyed = (5_000, FactKind.KEYED, {"count": 4, "reason": "complete"})
    assert whats(journal(paused, spoken, on)) == ["a secret was spoken, and is not recorded"]
    assert whats(journal(paused, keyed, on)) == []


def test_an_answer_that_was_not_kept_is_missing() -> None:
    asked = {"node": "look", "method": "GET", "status": 200, "reply": None}
    assert whats(journal((3_000, FactKind.REQUESTED, asked))) == [
        "the back end's answer at look was not kept"
    ]


# ---------------------------------------------------------------- settings by name


def test_settings_are_set_by_name() -> None:
    values = {"vad.mode": 1, "timing.no_input_ms": 9_000, "recognition.vosk.en": "model"}
    found = tuned(HotlineFile(), values)
    assert found.vad.mode == 1
    assert found.flow_settings.timing.no_input_ms == 9_000
    assert found.recognition.vosk == {"en": Path("model")}


def test_all_wrong_settings_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as raised:
        tuned(HotlineFile(), {"vad.modes": 1, "van.mode": 2, "vad.mode": "loud"})
    texts = [str(problem) for problem in raised.value.problems]
    assert len(texts) == 3
    assert "did you mean mode?" in texts[0]
    assert "did you mean vad?" in texts[1]
    assert "write a number" in texts[2]


def test_values_are_numbers_truths_or_texts() -> None:
    assert [parse_value(text) for text in ("2", "-0.5", "true", "cmn")] == [2, -0.5, True, "cmn"]

from __future__ import annotations

import stat
import wave
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from voicebot.core.audio import Pcm
from voicebot.core.call import CallId
from voicebot.core.ports import Audio
from voicebot.store.recordings import CallRecording, Recordings, file_name
from voicebot.store.settings import RecordingSettings

RATE = 8000
FRAME = RATE // 50


def frame(left: int, right: int, rate: int = RATE) -> Audio:
    size = rate // 50
    return Audio(
        Pcm(np.full(size, left, np.int16), rate), Pcm(np.full(size, right, np.int16), rate)
    )


def read(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


class Now:
    """Does the writer thread's work when it is told to."""

    def __init__(self) -> None:
        self.work: list[Callable[[], None]] = []

    def run(self) -> None:
        while self.work:
            self.work.pop(0)()


def test_caller_left_bot_right_below_the_day(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "recordings"
    recordings = Recordings(
        RecordingSettings(folder), clock=lambda: datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    )
    name, recording = recordings.record(CallId("abc"), RATE)
    for _ in range(10):
        recording.add(frame(100, -200))
    recording.close()
    recording.close()
    assert recordings.close()
    assert name == "recordings/2026/11/22/abc.wav"
    path = tmp_path / "data" / name
    assert (read(path) == [100, -200]).all()
    assert len(read(path)) == 10 * FRAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for above in (path.parent, folder, folder.parent):
        assert stat.S_IMODE(above.stat().st_mode) == 0o700
    assert not recording.failure


def test_a_pause_is_silence_on_both_sides_and_keeps_the_time(tmp_path: Path) -> None:
    later = Now()
    recording = CallRecording(tmp_path / "a.wav", RATE, RecordingSettings(), later.work.append)
    recording.add(frame(1, 2))
    recording.pause(on=True)
    recording.add(frame(3, 4))
    recording.pause(on=False)
    recording.add(frame(5, 6))
    recording.close()
    later.run()
    sound = read(tmp_path / "a.wav")[::FRAME]
    assert sound.tolist() == [[1, 2], [0, 0], [5, 6]]


def test_a_node_that_is_killed_leaves_a_file_that_plays(tmp_path: Path) -> None:
    later, path = Now(), tmp_path / "a.wav"
    settings = RecordingSettings(write_every_ms=200)
    recording = CallRecording(path, RATE, settings, later.work.append)
    for count in range(1, 60):
        recording.add(frame(7, 8))
        later.run()
        whole = count // 10 * 10
        assert len(read(path)) == whole * FRAME


@pytest.mark.parametrize("settings", [RecordingSettings(pending_ms=200)])
def test_a_disk_that_is_too_slow_ends_the_recording_alone(
    tmp_path: Path, settings: RecordingSettings
) -> None:
    later = Now()
    recording = CallRecording(tmp_path / "a.wav", RATE, settings, later.work.append)
    for _ in range(100):
        recording.add(frame(1, 1))
    assert "slow" in recording.failure
    assert len(later.work) == 1 + 200 // RecordingSettings().write_every_ms + 1
    recording.close()
    later.run()
    assert (tmp_path / "a.wav").exists()


def test_a_folder_that_cannot_be_made_is_flagged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "recordings").write_text("a file")
    recordings = Recordings(RecordingSettings(tmp_path / "recordings"))
    _, recording = recordings.record(CallId("abc"), RATE)
    for _ in range(5):
        recording.add(frame(1, 1))
    recording.close()
    assert recordings.close()
    assert recording.failure
    assert len(caplog.records) == 1


def test_sound_of_another_rate_is_flagged_not_garbled(tmp_path: Path) -> None:
    later = Now()
    recording = CallRecording(tmp_path / "a.wav", RATE, RecordingSettings(), later.work.append)
    recording.add(frame(1, 1))
    recording.add(frame(2, 2, rate=16_000))
    recording.close()
    later.run()
    assert "16000 Hz" in recording.failure
    assert read(tmp_path / "a.wav").max() == 1


@pytest.mark.parametrize("call", ["../../etc/passwd", "/abs", "a\0b", "", "卡", ".", "x" * 500])
def test_no_call_id_leads_out_of_the_folder(call: str) -> None:
    name = file_name(CallId(call))
    assert name.endswith(".wav")
    assert len(name) <= 104
    assert not set(name[:-4]) & set("./\\\0")


# ---------------------------------------------------------------- messages


def read_mono(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def test_a_message_holds_the_caller_alone(tmp_path: Path) -> None:
    recordings = Recordings(RecordingSettings(folder=tmp_path / "recordings"))
    names = []
    for loudness in (5, 6):
        name, message = recordings.message(CallId("../one"), RATE)
        message.add(frame(loudness, 99))
        message.close()
        names.append(name)
    assert recordings.close()
    assert len(set(names)) == 2, "one call may leave several"
    for name, loudness in zip(names, (5, 6), strict=True):
        path = tmp_path / name
        assert path.is_relative_to(tmp_path / "messages")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert set(read_mono(path)) == {loudness}


def test_a_discarded_message_leaves_no_file(tmp_path: Path) -> None:
    recordings = Recordings(RecordingSettings(folder=tmp_path / "recordings"))
    name, message = recordings.message(CallId("one"), RATE)
    message.add(frame(5, 5))
    message.discard()
    assert recordings.close()
    assert not (tmp_path / name).exists()


def test_a_message_is_on_the_disk_as_it_is_spoken(tmp_path: Path) -> None:
    """A process that is killed leaves what was said until then."""
    recordings = Recordings(RecordingSettings(folder=tmp_path / "recordings", write_every_ms=40))
    name, message = recordings.message(CallId("one"), RATE)
    for _ in range(10):
        message.add(frame(5, 5))
    assert recordings.close()
    assert len(read_mono(tmp_path / name)) == 10 * FRAME

"""The operator's recordings."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from voicebot.core.errors import Severity
from voicebot.core.meaning import SlotType, SlotValue
from voicebot.core.prompt import Prompt
from voicebot.prompts.catalogue import Catalogue


def write_wav(path: Path, *, frames: int = 800, rate: int = 8000, width: int = 2) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(bytes(frames * width))


def test_recordings_are_found_by_language_and_id(tmp_path: Path) -> None:
    write_wav(tmp_path / "en" / "greeting.menu.wav")
    write_wav(tmp_path / "zh" / "bank" / "greeting.wav", rate=16000)
    catalogue = Catalogue.load(tmp_path)
    assert not catalogue.problems
    assert len(catalogue) == 2
    english = catalogue.recording(Prompt(("x",), "en-US", "greeting.menu"))
    assert english == tmp_path / "en" / "greeting.menu.wav"
    assert catalogue.recording(Prompt(("x",), "zh", "bank/greeting"))
    assert catalogue.recording(Prompt(("x",), "zh", "greeting.menu")) is None
    assert catalogue.recording(Prompt(("x",))) is None
    assert sorted((r.id, r.duration_ms) for r in catalogue) == [
        ("bank/greeting", 50.0),
        ("greeting.menu", 100.0),
    ]


def test_a_recording_never_stands_for_a_prompt_with_values(tmp_path: Path) -> None:
    write_wav(tmp_path / "en" / "balance.wav")
    value = SlotValue(SlotType.NUMBER, "3")
    assert Catalogue.load(tmp_path).recording(Prompt(("It is ", value), "en", "balance")) is None


def test_a_missing_folder_holds_nothing(tmp_path: Path) -> None:
    catalogue = Catalogue.load(tmp_path / "none")
    assert len(catalogue) == 0
    assert not catalogue.problems


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("en/a.wav", b"no wave at all", "unreadable-wav"),
        ("en/a.wav", b"", "unreadable-wav"),
        ("a.wav", b"", "no-language"),
        ("en/a.mp3", b"", "not-a-wav"),
    ],
)
def test_what_cannot_be_played_is_a_problem(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    (problem,) = Catalogue.load(tmp_path).problems
    assert (problem.code, problem.file) == (code, str(path))
    assert problem.hint
    assert (problem.severity is Severity.WARNING) == (code == "not-a-wav")


@pytest.mark.parametrize(
    ("frames", "rate", "code"),
    [
        (0, 8000, "empty-wav"),
        (800, 6000, "low-rate-wav"),
    ],
)
def test_kinds_of_wav_that_are_not_played(
    tmp_path: Path, frames: int, rate: int, code: str
) -> None:
    write_wav(tmp_path / "en" / "a.wav", frames=frames, rate=rate)
    catalogue = Catalogue.load(tmp_path)
    assert [problem.code for problem in catalogue.problems] == [code]
    assert len(catalogue) == 0


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_kinds_of_wav_that_are_played(tmp_path: Path, width: int) -> None:
    write_wav(tmp_path / "en" / "a.wav", width=width)
    catalogue = Catalogue.load(tmp_path)
    assert [recorded.duration_ms for recorded in catalogue] == [100.0]
    assert not catalogue.problems

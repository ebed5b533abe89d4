"""`voicebot asr transcribe`: the rows, and what is wrong with files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from voicebot.audio.wav_writer import write_wav
from voicebot.cli import main
from voicebot.core.audio import Pcm

Capture = pytest.CaptureFixture[str]


def rows(capture: Capture) -> list[dict[str, object]]:
    return [json.loads(line) for line in capture.readouterr().out.splitlines()]


def test_rows_of_what_was_said(speech: Path, capsys: Capture) -> None:
    files = [str(speech / "answers" / f"tflm_{word}.wav") for word in ("yes", "no")]
    flags = ["--expect", "yes", "--expect", "no [thank you]", "--telephone", "--json"]
    assert main(["asr", "transcribe", *files, *flags, "--engine", "pocketsphinx"]) == 0
    found = rows(capsys)
    assert [(row["file"], row["text"]) for row in found] == list(
        zip(files, ["yes", "no"], strict=True)
    )
    assert set(found[0]) == {"file", "text", "confidence", "rejected", "took_ms", "words"}


def test_a_file_of_phrases_and_digits(speech: Path, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "phrases.txt").write_text("# orders\ncan i get [a] latte\n\ntwo coffees\n")
    digit = str(speech / "digits" / "7_lucas_1.wav")
    flags = ["--expect-file", str(tmp_path / "phrases.txt"), "--digits", "1"]
    flags += ["--json", "--engine", "pocketsphinx"]
    assert main(["asr", "transcribe", digit, *flags]) == 0
    assert rows(capsys)[0]["text"] == "seven"


def test_files_that_are_no_use_do_not_stop_the_others(
    speech: Path, tmp_path: Path, capsys: Capture
) -> None:
    noise = Pcm(np.ones(4410, dtype=np.int16), 44_100)
    write_wav(tmp_path / "stereo.wav", noise, noise)
    write_wav(tmp_path / "empty.wav", Pcm.silence(0, 8_000))
    write_wav(tmp_path / "cd.wav", Pcm(np.zeros(44_100, dtype=np.int16), 44_100))
    (tmp_path / "text.wav").write_text("hello")
    names = ["stereo.wav", "empty.wav", "text.wav", "absent.wav", "cd.wav"]
    files = [*(str(tmp_path / name) for name in names), str(speech / "answers" / "tflm_no.wav")]
    flags = ["--expect", "no", "--expect", "yes", "--json", "--engine", "pocketsphinx"]
    assert main(["asr", "transcribe", *files, *flags]) == 1
    *wrong, silent, no = rows(capsys)
    said = ["2 channels", "no sound", "text.wav", "No such file"]
    assert all(text in str(row["error"]) for text, row in zip(said, wrong, strict=True))
    assert silent["text"] == ""
    assert no["text"] == "no"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "must know what may be said"),
        (["--expect", "yes ("], "bad-phrase"),
        (["--digits", "0"], "takes 1 to 20"),
        (["--expect-file", "/nowhere"], "cannot be read"),
        (["--engine", "vosk", "--models", "/nowhere"], "no model of vosk"),
        (["--model", "/nowhere", "--expect", "yes"], "no Vosk model"),
        (["--language", "zh", "--models", "/nowhere", "--expect", "是"], "for `zh` is here"),
    ],
)
def test_wrong_use_is_told_before_anything_starts(
    flags: list[str], said: str, capsys: Capture
) -> None:
    assert main(["asr", "transcribe", "x.wav", *flags]) == 2
    assert said in capsys.readouterr().err


def test_vosk_needs_no_phrases(tiny_vosk: Path, speech: Path, capsys: Capture) -> None:
    file = str(speech / "answers" / "tflm_no.wav")
    model = ["--engine", "vosk", "--model", str(tiny_vosk), "--json"]
    assert main(["asr", "transcribe", file, *model]) == 0
    assert isinstance(rows(capsys)[0]["text"], str)

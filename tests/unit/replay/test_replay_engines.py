"""Another recognizer by `--set`, and what is seen on a terminal meanwhile."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sim_calls import TWO, keep_calls, shop

from voicebot.audio.wav import read_wav
from voicebot.audio.wav_writer import write_wav
from voicebot.cli import main
from voicebot.core.audio import Pcm

SUPPORT = """
flow: shop
language: en
start: main
on_error: bye
nodes:
  main:
    kind: menu
    prompt: "Welcome."
    choices:
      help: {phrases: ["technical support"], to: bye}
      more: {phrases: ["main menu"], to: bye}
  bye: {kind: hangup, prompt: "Goodbye."}
"""


@pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed: script/setup")
def test_another_model_hears_the_same_recording(
    tiny_vosk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(tmp_path / "flows", SUPPORT)
    file = tmp_path / "said.wav"
    subprocess.run(["flite", "-voice", "rms", "-t", "technical support", "-o", file], check=True)
    sound = read_wav(file).channel(0)
    before, after = (Pcm.silence(ms, sound.rate) for ms in (3_000, 4_000))
    write_wav(file, Pcm.join([before, sound, after], sound.rate))
    places = ["--config", str(tmp_path / "none"), "--flows", str(tmp_path / "flows"), "--data"]
    model = f"recognition.vosk.en={tiny_vosk}"
    words = ["replay", str(file), "--flow", "shop", *places, str(tmp_path), "--json"]
    heard = []
    for more in ([], ["--set", model]):
        assert main([*words, *more]) == 0
        turns = json.loads(capsys.readouterr().out)["turns"]
        heard.append([(t["now"]["text"], t["now"]["confidence"]) for t in turns
                      if t["now"].get("text")])  # fmt: skip
    assert [text for texts in heard for text, _ in texts] == ["technical support"] * 2
    assert heard[0][0][1] != heard[1][0][1]


class Terminal(io.StringIO):
    """Standard error, on a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("screen", [Terminal(), io.StringIO()], ids=["terminal", "file"])
def test_a_bar_is_shown_on_a_terminal_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, screen: io.StringIO, jobs: str
) -> None:
    places = keep_calls(tmp_path, TWO)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", screen)
    screen.truncate(0)
    words = ["--all", "--from", "dialogue", "--jobs", jobs, "--json", str(tmp_path / "r.json")]
    assert main(["replay", *words, *places]) == 0
    shown = screen.getvalue()
    assert ("replaying" in shown and "2/2" in shown) == screen.isatty()
    assert bool(shown) == screen.isatty()

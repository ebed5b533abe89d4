"""Typed conversations with the sample hotlines: `tests/scenarios/flows/*.txt`.

The first line is the command; `you` lines are typed; all others must come out as they stand. The
engine, the understanding and the demo bank are the real ones. `--accept` rewrites the files.
"""

from __future__ import annotations

import io
import shlex
import sys
from pathlib import Path

import pytest

from voicebot.cli import main

HERE = Path(__file__).parent / "flows"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", sorted(HERE.glob("*.txt")), ids=lambda path: path.stem)
def test_transcript(
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    expected = path.read_text(encoding="utf-8")
    command, *lines = expected.splitlines()
    typed = [line.removeprefix("you").strip() for line in lines if line.startswith("you")]
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
    monkeypatch.chdir(ROOT)
    words = shlex.split(command.removeprefix("$ voicebot "))
    code = main([*words, "--own-backend", "--today", "2026-11-22"])
    out = "".join(f"{line.rstrip()}\n" for line in capsys.readouterr().out.splitlines())
    came = f"{command}\n{out}"
    if request.config.getoption("--accept"):
        path.write_text(came, encoding="utf-8")
        return
    assert came == expected
    assert code == (1 if "(the bot hangs up: failed)" in out else 0)

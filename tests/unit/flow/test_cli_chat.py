"""`voicebot chat` at its edges; whole conversations are in tests/scenarios/flows."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from voicebot.cli import main

FOLDER = str(Path(__file__).parents[3] / "ivr_flows")


def chat(monkeypatch: pytest.MonkeyPatch, *words: str, typed: str = "") -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    return main(["chat", "--folder", FOLDER, "--own-backend", *words])


def test_a_flow_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert chat(monkeypatch, "bank_em") == 2
    assert "did you mean bank_en?" in capsys.readouterr().err


def test_the_caller_may_hang_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert chat(monkeypatch, "bank_en", typed="/hangup\nlost card\n") == 0
    out = capsys.readouterr().out
    assert out.endswith("(the caller hangs up)\n")
    assert "digits" not in out


def test_each_wait_for_a_person_ends_as_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes = ["--queue-outcome", "left", "--queue-outcome", "timeout"]
    assert chat(monkeypatch, "bank_en", *outcomes, typed="0\n0\n") == 1
    out = capsys.readouterr().out
    assert "queue service: left" in out
    assert "queue service: timeout" in out
    assert out.endswith("(the bot hangs up: failed)\n")


def test_a_back_end_that_is_away_is_apologized_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEMO_BANK_URL", "http://127.0.0.1:1")
    assert chat(monkeypatch, "bank_en", "--trace", typed="2\n4321\n") == 0
    out = capsys.readouterr().out
    assert "back end POST error" in out
    assert "I'm sorry, something went wrong at our end." in out
    assert "(queue cards: served" in out

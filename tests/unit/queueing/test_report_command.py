"""`voicebot report` over a database as a hotline leaves it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from voicebot.cli import main
from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind
from voicebot.store.opening import open_store

NOW = datetime.now(UTC)


def write(data: Path, name: str, began: datetime, *rows: tuple[FactKind, dict[str, Any]]) -> None:
    store = open_store(f"sqlite:///{data / 'voicebot.db'}")
    facts = [(FactKind.RANG, _RANG), (FactKind.ANSWERED, {**_ANSWERED, "flow": "bank"}), *rows]
    try:
        for seq, (kind, values) in enumerate(facts):
            time = began + timedelta(seconds=seq)
            store.journal.write(Fact(CallId(name), seq, 1000 * seq, time, kind, values))
    finally:
        store.close()


_RANG = {"caller": "+491", "called": "2"}
_ANSWERED = {"flow_version": "1", "language": "en", "rate": 8000}
_QUEUED = (FactKind.QUEUED, {"queue": "cards", "position": 1, "summary": {}})
_BRIDGED = (FactKind.BRIDGED, {"queue": "cards", "agent": "anna", "wait_ms": 12_000})
_TALK = (FactKind.UNBRIDGED, {"agent": "anna", "talk_ms": 60_000, "by": "agent", "wrap_up_ms": 0})


def ended(outcome: str) -> tuple[FactKind, dict[str, Any]]:
    return FactKind.ENDED, {"by": "bot", "outcome": outcome, "code": 200, "node": "", "reason": ""}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write(tmp_path, "a", NOW - timedelta(days=3), ended("contained"))
    write(tmp_path, "b", NOW - timedelta(days=2.5), _QUEUED, _BRIDGED, _TALK, ended("handled"))
    write(tmp_path, "c", NOW - timedelta(days=40), ended("contained"))
    return tmp_path


def report(data: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert main(["report", "--json", "--data", str(data), *words]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_last_seven_days(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [group] = report(data, capsys)
    assert (group["call"]["calls"], group["call"]["contained"]) == (2, 1)
    assert group["call"]["contained_for_good"] == 0
    assert (group["queue"]["sl1"], group["queue"]["asa_s"], group["queue"]["aht_s"]) == (1, 12, 60)


def test_by_queue_and_by_day(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [group] = report(data, capsys, "--by", "queue", "--within", "10")
    assert (group["name"], group["queue"]["sl1"], group["call"]) == ("cards", 0, None)
    days = report(data, capsys, "--by", "day", "--since", "60d")
    assert len(days) in (2, 3)
    assert sum(day["call"]["calls"] for day in days) == 3


def test_the_table_names_the_levels(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--data", str(data)]) == 0
    said = capsys.readouterr().out
    assert "for good" in said
    assert "100.0 %" in said
    assert "SL1" in said
    assert "in time: 20 s; short: under 5 s" in said


def test_without_calls_the_answer_is_no(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["report", "--data", str(data), "--since", "2020-01-01", "--until", "2020-02-01"]
    assert main(words) == 1
    assert "No calls." in capsys.readouterr().out


def test_guesses_by_arm(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    guess = {"node": "main", "choice": "pay", "likelihood": 0.9, "arm": "asked"}
    began = FactKind.GUESSED, {**guess, "outcome": "open", "took_ms": 0}
    hit = FactKind.GUESSED, {**guess, "outcome": "hit", "took_ms": 2_500}
    write(data, "d", NOW - timedelta(days=1), began, hit, ended("contained"))
    [row] = report(data, capsys, "--guesses")
    assert (row["arm"], row["calls"], row["hits"], row["seconds"]) == ("asked", 1, 1, 2.5)
    assert main(["report", "--guesses", "--data", str(data)]) == 0
    assert "main, asked" in capsys.readouterr().out

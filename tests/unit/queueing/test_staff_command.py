"""`voicebot staff`, as a planner uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voicebot.cli import main


def answer(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, object]:
    assert main(["staff", *words, "--json"]) == code
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_a_hundred_calls_in_half_an_hour_want_fourteen_agents(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = answer(capsys, "--calls", "100", "--aht", "180", "--shrinkage", "30")
    [one] = found["intervals"]  # type: ignore[misc]
    assert (one["agents"], one["rostered"], one["erlangs"]) == (14, 20, 10.0)
    assert one["erlang_c"]["service_level"] == pytest.approx(0.88835, abs=1e-5)
    assert one["erlang_c"]["asa_s"] == pytest.approx(7.836, abs=1e-3)
    simulated = found["simulation"]
    assert simulated["agrees"] is True  # type: ignore[index]
    assert simulated["callers"] == 10_000  # type: ignore[index]


def test_the_other_preset_and_impatient_callers_want_fewer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("--calls", "100", "--aht", "180", "--patience", "90", "--preset", "95/180")
    found = answer(capsys, *words, "--simulate", "3000")
    [one] = found["intervals"]  # type: ignore[misc]
    assert one["erlang_a"]["agents"] <= one["erlang_c"]["agents"] <= 13
    assert one["erlang_a"]["abandoned"] > 0
    assert found["simulation"]["agrees"] is True  # type: ignore[index]


def test_the_table_says_what_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["staff", "--calls", "100", "--aht", "180", "--simulate", "0"]) == 0
    said = capsys.readouterr().out
    assert "10.00 erlangs; 80 % within 20 s" in said
    assert "> 14" in said
    assert "needed: 14 agents; on the roster: 14" in said


def test_a_day_has_a_row_an_interval(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day = tmp_path / "day.csv"
    day.write_text("interval,calls,aht\n08:00,40,\n08:30,100,200\n09:00,0,\n", "utf-8")
    words = ("--csv", str(day), "--aht", "180", "--simulate", "0")
    found = answer(capsys, *words)
    assert [(i["interval"], i["agents"]) for i in found["intervals"]] == [  # type: ignore[attr-defined]
        ("08:00", 7),
        ("08:30", 15),
    ]
    assert main(["staff", *words]) == 0
    assert "2 intervals, 22 agents' intervals" in capsys.readouterr().out


def test_every_mistake_of_a_file_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day = tmp_path / "day.csv"
    day.write_text("interval,calls,ath\n08:00,many,180\n08:30,10,\n09:00,-1,180\n", "utf-8")
    assert main(["staff", "--csv", str(day)]) == 2
    said = capsys.readouterr().err
    assert f"{day}:1:1" in said
    assert "no such column: ath" in said
    for line in (2, 3, 4):
        assert f"{day}:{line}:1" in said
    assert "calls: 'many' is none" in said


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--calls", "100"),
        ("--csv", "no such file.csv"),
        ("--calls", "1", "--aht", "60", "--max-occupancy", "0"),
    ],
)
def test_wrong_use(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["staff", *words]) == 2
    assert "staff" in capsys.readouterr().err or words[:1] == ("--csv",)

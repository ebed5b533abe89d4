from __future__ import annotations

import json
from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from databases import Sqlite

from voicebot.cli import main
from voicebot.cli.calls import parse_since, printable, table, width
from voicebot.store.opening import Store


@pytest.fixture
def database(sqlite: Sqlite) -> Sqlite:
    """That of a data folder, where nothing else is configured."""
    return sqlite


@pytest.fixture
def data(store: Store, pen: Any, tmp_path: Path) -> str:
    """A data folder with three calls, while a node serves from it."""
    for name, outcome in [("aa11", "contained"), ("aa22", "abandoned"), ("bb33", "")]:
        write = pen(name)
        facts = [*write.begin(caller="+49\x1b[31m"), write("heard", 900, text="卡 lost")]
        for fact in [*facts, write.end(outcome=outcome)] if outcome else facts:
            store.journal.write(fact)
    assert store.journal.flush()
    return str(tmp_path)


def test_a_list(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calls", "list", "--data", data]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[0] == "id"
    assert [row.split()[0] for row in rows] == ["bb33", "aa22", "aa11"]
    assert "\x1b" not in "".join(rows)


def test_a_part_of_it_as_json(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calls", "list", "--data", data, "--json", "--outcome", "abandoned"]) == 0
    (row,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (row["call"], row["outcome"]) == ("aa22", "abandoned")
    assert main(["calls", "list", "--data", data, "--json", "--limit", "2"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["calls", "list", "--data", data, "--since", "2026-11-23"]) == 0
    assert "No such calls" in capsys.readouterr().out


def test_one_call(
    data: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEBOT_DATA", data)
    assert main(["calls", "show", "aa1"]) == 0
    out = capsys.readouterr().out
    assert '  0.9  caller   "卡 lost"' in out
    assert "  cdr  contained" in out
    assert "\x1b" not in out
    assert main(["calls", "show", "aa1", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["call"]["call"], len(shown["facts"])) == ("aa11", 4)


@pytest.mark.parametrize(
    ("asked", "said"), [("aa", "several"), ("zz", "no call"), ("%", "no call")]
)
def test_an_id_that_says_too_little(
    data: str, capsys: pytest.CaptureFixture[str], asked: str, said: str
) -> None:
    assert main(["calls", "show", asked, "--data", data]) == 2
    assert said in capsys.readouterr().err


def test_no_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calls", "list", "--data", str(tmp_path / "nowhere")]) == 2
    assert "no database" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()


def test_times() -> None:
    since = parse_since("90m")
    ago = datetime.now(UTC) - since
    assert timedelta(minutes=90) <= ago < timedelta(minutes=91)
    assert parse_since("2026-11-22T12:00:00+01:00") == datetime(2026, 11, 22, 11, tzinfo=UTC)
    for wrong in ("", "2", "h", "2y", "2026-13-01", "9999999d"):
        with pytest.raises(ArgumentTypeError):
            parse_since(wrong)


def test_chinese_takes_two_columns() -> None:
    assert width("卡ab") == 4
    assert table([["卡", "x"], ["abc", "y"]]).splitlines() == ["卡   x", "abc  y"]
    assert printable("a\x1b[0m\nb") == "a\ufffd[0m\nb"

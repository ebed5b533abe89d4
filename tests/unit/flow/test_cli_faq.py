"""`voicebot faq`: imported, checked, listed, tried."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voicebot.cli import main

ROWS = "id,question,similar,answer\nfee,What is the fee?,how much is it|what does it cost,Nine.\n"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A base of one row."""
    (tmp_path / "rows.csv").write_text(ROWS, "utf-8")
    file = tmp_path / "knowledge" / "shop.yaml"
    assert main(["faq", "import", str(tmp_path / "rows.csv"), "--into", str(file)]) == 0
    return file


def test_a_table_becomes_a_base(base: Path) -> None:
    assert base.read_text("utf-8").startswith("knowledge: shop\nlanguage: en\nentries:\n  fee:\n")


def test_a_second_import_tells_what_changed(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = base.read_text("utf-8")
    base.write_text(f"# Ours.\n{text}", "utf-8")
    rows = tmp_path / "rows.csv"
    rows.write_text(ROWS.replace("Nine.", "Ten.") + "size,How big is it?,,Big.\n", "utf-8")
    capsys.readouterr()
    assert main(["faq", "import", str(rows), "--into", str(base), "--dry-run"]) == 0
    assert base.read_text("utf-8") == f"# Ours.\n{text}"
    assert main(["faq", "import", str(rows), "--into", str(base)]) == 0
    out = capsys.readouterr().out
    assert "1 new: size" in out
    assert "1 changed: fee" in out
    written = base.read_text("utf-8")
    assert written.startswith("# Ours.\n")
    assert "answer: Ten.\n    version: 2\n" in written


def test_nothing_is_written_of_a_table_with_a_mistake(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = base.read_text("utf-8")
    rows = tmp_path / "rows.csv"
    rows.write_text(ROWS + "size,How big is it?,,\nfee,When?,,Now.\n", "utf-8")
    assert main(["faq", "import", str(rows), "--into", str(base)]) == 2
    assert base.read_text("utf-8") == before
    error = capsys.readouterr().err
    assert f"{rows}:3:1: error empty-answer" in error
    assert f"{rows}:4:1: error id-twice" in error


def test_the_check_gives_advice(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        base.read_text("utf-8")
        + "  old: {question: Is it old?, answer: 'Yes', until: 2020-01-01}\n"
    )
    base.write_text(text, "utf-8")
    capsys.readouterr()
    assert main(["faq", "check", str(base)]) == 0
    out = capsys.readouterr().out
    assert "warning few-wordings old" in out
    assert "warning out-of-date old" in out


def test_what_callers_would_be_told(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    ask = ["faq", "ask", "--flows", str(base.parents[1]), "--by-words", "shop"]
    assert main([*ask, "what does it cost"]) == 0
    out = capsys.readouterr().out
    assert "answered" in out
    assert "fee: What is the fee?" in out
    assert main([*ask, "where is my umbrella"]) == 1
    assert "no answer" in capsys.readouterr().out


def test_the_list_as_json(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["faq", "list", "--flows", str(base.parents[1]), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["id"], row["version"], row["holds_today"]) == ("fee", 1, True)


def test_a_base_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faq", "ask", "shop", "x", "--flows", str(tmp_path)]) == 2
    assert "there is no knowledge base shop" in capsys.readouterr().err

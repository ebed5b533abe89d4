"""`voicebot customers` and `voicebot escalations`, on a database beside which a node may serve."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from call_story import Pen

from voicebot.cli import main
from voicebot.store.opening import open_store
from voicebot.store.settings import StoreSettings

NUMBER = "+4917055501"
CSV = f"id,numbers,name,points\n7,{NUMBER},Anna,5\n8,,Ben,\n"


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pen: Callable[..., Pen]
) -> Callable[..., tuple[int, str]]:
    """Runs a command; its exit code and what it says."""
    (tmp_path / "config").mkdir()
    store = open_store(f"sqlite:///{tmp_path / 'voicebot.db'}", StoreSettings(node="here"))
    write = pen("c0ffee")
    for fact in [*write.begin(), write("customer", by="caller", found=True, customer="7")]:
        store.journal.write(fact)
    store.journal.write(write.end())
    assert store.journal.flush()
    store.close()

    def command(*words: str) -> tuple[int, str]:
        places = ["--config", str(tmp_path / "config"), "--data", str(tmp_path)]
        code = main([*words, *places])
        told = capsys.readouterr()
        return code, told.out + told.err

    return command


def test_customers_are_imported_shown_tagged_and_erased(
    run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    (tmp_path / "clients.csv").write_text(CSV, "utf-8")
    assert run("customers", "import", str(tmp_path / "clients.csv")) == (0, "2 customers kept.\n")
    assert run("customers", "tag", NUMBER, "gold") == (0, "1 put.\n")
    code, text = run("customers", "show", "7", "--json")
    shown = json.loads(text)
    assert (code, shown["customer"]["name"]) == (0, "Anna")
    assert [tag["tag"] for tag in shown["tags"]] == ["gold"]
    assert [call["call"] for call in shown["calls"]] == ["c0ffee"]
    assert run("customers", "tag", "7", "gold", "--remove") == (0, "1 removed.\n")
    assert run("customers", "tag", "7", "gold", "--remove")[0] == 1
    assert run("customers", "erase", "7", "--yes")[0] == 0
    assert run("customers", "show", "7")[0] == 2


def test_a_wrong_file_keeps_nothing(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    (tmp_path / "clients.csv").write_text(f"{CSV},,Carla,\n7,,Dora,\n", "utf-8")
    code, text = run("customers", "import", str(tmp_path / "clients.csv"))
    assert code == 2
    assert ":4:1" in text
    assert ":5:1" in text
    assert run("customers", "show", "8")[0] == 2


def test_an_escalation_goes_its_way(run: Callable[..., tuple[int, str]]) -> None:
    code, text = run("escalations", "open", "--call", "c0f", "--note", "charged twice")
    assert (code, "supervisor has it" in text) == (0, True)
    _, text = run("escalations", "list", "--json")
    one = json.loads(text)
    assert (one["customer"], one["note"], one["state"]) == ("7", "charged twice", "open")
    assert one["evidence"]["transcript"] == "/api/calls/c0ffee"
    assert run("escalations", "acknowledge", one["id"][:8]) == (0, "Acknowledged.\n")
    assert run("escalations", "close", one["id"][:8], "--resolution", "ok")[0] == 0
    assert run("escalations", "close", one["id"][:8])[0] == 1
    assert run("escalations", "open", "--call", "none")[0] == 2
    assert run("escalations", "acknowledge", "none")[0] == 2

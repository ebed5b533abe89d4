"""The trainer's page: every command of it, done in its order, and the screen that it shows."""

from __future__ import annotations

import io
import re
import shlex
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from documents import ROOT, blocks

from voicebot.cli import main
from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind
from voicebot.store.opening import open_store

PAGE = ROOT / "docs/training.md"
SAID = ("my plastic was stolen", "stolen plastic", "my plastic was stolen")
STARTS = ("i want to", "please", "can you", "i need to", "could i")
TAUGHT = {
    "lost_card": ("report a lost card", "say my card is gone", "tell you my card was stolen"),
    "balance": ("know my balance", "hear how much money i have", "check what is in my account"),
    "transfer": ("send money to a friend", "make a transfer", "pay my landlord"),
}


def steps() -> list[list[str]]:
    lines = [line for block in blocks(PAGE, "") for line in block.text.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith(".venv/bin/voicebot nlu")]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands are typed: a training set, a model, calls."""
    (tmp_path / "ivr_flows").mkdir()
    (tmp_path / "data").mkdir()
    phrases = [(f"{start} {p}", label) for label, group in TAUGHT.items() for p in group
               for start in STARTS]  # fmt: skip
    text = "".join(f"{phrase}\t{label}\n" for phrase, label in phrases)
    (tmp_path / "ivr_flows/intents.tsv").write_text(text, "utf-8")
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'voicebot.db'}")
    for number, said in enumerate(SAID):
        for fact in missed(f"call{number}", said):
            store.journal.write(fact)
    store.close()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def missed(name: str, text: str) -> list[Fact]:
    began = datetime.now(UTC) - timedelta(hours=1)
    facts = (
        ("rang", {"caller": f"+49{name}", "called": "hotline"}),
        ("answered", {"flow": "bank", "flow_version": "1", "language": "en"}),
        ("heard", {"text": text, "confidence": 0.9}),
        ("not_understood", {"node": "menu", "count": 1, "text": text}),
        ("ended", {"by": "caller", "outcome": "hung_up", "code": 200, "node": "menu"}),
    )
    return [
        Fact(CallId(name), seq, seq, began, FactKind(kind), data)
        for seq, (kind, data) in enumerate(facts)
    ]


def run(words: list[str]) -> int:
    return main([*words, *(["--lexical"] if words[1] == "train" else [])])


def test_the_page_s_commands_lead_from_calls_to_a_model_that_serves(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *others = steps()
    assert run(first) == 0
    serves = ["nlu", "train", "ivr_flows/intents.tsv", "-o", "ivr_flows/intents.npz"]
    assert run(serves) == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    capsys.readouterr()
    for words in others:
        assert run(words) == 0, words
    told = capsys.readouterr().out
    assert "version 3, 2 phrases more" in told
    assert "The new model may serve." in told
    assert "my plastic was stolen\tlost_card" in (place / "ivr_flows/intents.tsv").read_text()
    assert {words[1] for words in steps()} == {
        "hold-out", "inbox", "train", "compare", "publish", "rollback",
    }  # fmt: skip


def test_the_screen_is_what_is_shown(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert place.is_dir()
    hold, inbox = steps()[:2]
    assert run(hold) == 0
    assert run(["nlu", "train", "ivr_flows/intents.tsv", "-o", "ivr_flows/intents.npz"]) == 0
    capsys.readouterr()
    monkeypatch.setattr(sys, "stdin", io.StringIO("q\n"))
    assert run(inbox) == 0
    (screen,) = blocks(PAGE, "text")
    shown = capsys.readouterr().out.partition("> ")[0].strip("\n")
    assert roughly(shown) == roughly(screen.text.rstrip("\n"))


def roughly(text: str) -> str:
    """Without the last digits of percentages."""
    return re.sub(r"\d+ %", "%", text)

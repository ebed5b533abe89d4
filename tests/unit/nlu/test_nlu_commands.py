"""Commands that try flows understand by the models that the hotline serves with."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from voicebot.cli import main
from voicebot.nlu.intents import store
from voicebot.nlu.intents.train import train
from voicebot.nlu.intents.training_set import read_training

STARTS = ("i want to", "please", "can you", "i need to", "could i")
TAUGHT = {
    "card": ("report a lost card", "say my card is gone", "tell you my card was stolen"),
    "money": ("know my balance", "hear how much money i have", "check what is in my account"),
}
FLOW = """
flow: shop
on_error: bye
language: en
start: top
nodes:
  top:
    kind: menu
    prompt: "What can I do?"
    choices:
      card: {phrases: ["lost card"], to: card}
      money: {phrases: ["balance"], to: money}
  card: {kind: hangup, prompt: "About your card."}
  money: {kind: hangup, prompt: "About your money."}
  bye: {kind: hangup, prompt: "Goodbye."}
"""
SAID = "somebody has stolen my card"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A flow, its model, and a configuration that names it."""
    lines = [f"{s} {p}\t{label}" for label, group in TAUGHT.items() for p in group for s in STARTS]
    file = tmp_path / "intents.tsv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    store.save(train(read_training([file]), None), tmp_path / "intents.npz")
    (tmp_path / "sip_config").mkdir()
    named = '[understanding.intents]\nen = "intents.npz"\n'
    (tmp_path / "sip_config/hotline.toml").write_text(named, "utf-8")
    (tmp_path / "flows/tests").mkdir(parents=True)
    (tmp_path / "flows/shop.yaml").write_text(FLOW, "utf-8")
    scenario = f'# A card.\nflow    shop\n\nring    +491 → shop\ncaller  "{SAID}"\n'
    (tmp_path / "flows/tests/card.txt").write_text(scenario, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("taught", [True, False])
def test_chat_understands_what_was_taught(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], taught: bool
) -> None:
    if not taught:
        (place / "sip_config/hotline.toml").unlink()
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{SAID}\n/hangup\n"))
    assert main(["chat", "flows/shop.yaml", "--own-backend"]) == 0
    assert ("About your card." in capsys.readouterr().out) is taught


def test_chat_says_what_is_wrong_with_a_model(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "intents.npz").write_bytes(b"rust")
    monkeypatch.setattr(sys, "stdin", io.StringIO("/hangup\n"))
    assert main(["chat", "flows/shop.yaml", "--own-backend"]) == 2
    assert "intents.npz" in capsys.readouterr().err


@pytest.mark.parametrize(("config", "taught"), [("sip_config", True), ("elsewhere", False)])
def test_scenarios_understand_what_was_taught(place: Path, config: str, taught: bool) -> None:
    assert main(["flows", "test", "flows", "--accept", "--config", config]) == 0
    came = (place / "flows/tests/card.txt").read_text("utf-8")
    assert ("About your card." in came or "card.prompt" in came) is taught

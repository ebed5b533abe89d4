"""A caller who says it in words that no phrase has is understood, over a real line; models and
answers that change while it serves."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hotline import Hotline, hotline, voicebot

pytestmark = pytest.mark.timeout(300)

TAUGHT = """\
lost_card:
  - i left my card in a taxi
  - someone has taken my wallet with all my cards
  - my purse was stolen on the bus
  - i dropped my bank card in the street
  - the cash machine kept my card
  - my bag was taken and the card was inside
visit:
  - is somebody at the branch at lunch time
  - when can i come by the bank
  - how do i get to your office
  - are you open on saturday morning
  - do you have late opening on thursday
  - what is the address of your main office
"""
FLOW = """\
flow: counter
description: Two things, known by examples.
start: main
on_error: bye
prompts: {ask: "How can I help you?", card: "Your card.", visit: "Your visit.", bye: "Goodbye."}
nodes:
  main:
    kind: menu
    prompt: ask
    no_match: [{prompt: bye, to: bye}]
    no_input: [{prompt: bye, to: bye}]
    choices:
      lost_card: {phrases: ["lost card"], to: card}
      visit: {phrases: ["opening hours"], to: visit}
    knowledge: kiosk
  card: {kind: say, prompt: card, to: bye}
  visit: {kind: say, prompt: visit, to: bye}
  bye: {kind: hangup, prompt: bye}
"""

BASE = """\
knowledge: kiosk
entries:
  fee: {question: What is the fee?, similar: [is it free, what does it cost], answer: Nine dollars.}
"""


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    if shutil.which("flite") is None:
        pytest.skip("no flite: apt-get install flite")
    folder = tmp_path_factory.mktemp("free")
    (folder / "taught.yaml").write_text(TAUGHT, "utf-8")
    model = folder / "intents.npz"
    done = voicebot("nlu", "train", str(folder / "taught.yaml"), "-o", str(model), "--lexical")
    assert done.returncode == 0, done.stderr
    tables = f'[understanding]\nencoder = "{folder}"\nintents = {{en = "{model}"}}\n'
    calls = 'default_flow = "counter"'
    (folder / "flows" / "knowledge").mkdir(parents=True)
    (folder / "flows" / "knowledge" / "kiosk.yaml").write_text(BASE, "utf-8")
    with hotline(folder, flows={"counter": FLOW}, calls=calls, hotline=tables) as started:
        yield started


@pytest.mark.parametrize(
    ("said", "choice"),
    [
        ("someone has taken my purse on the bus", "lost_card"),
        ("are you open at lunch time on saturday", "visit"),
    ],
)
def test_a_wording_that_is_in_no_grammar_is_understood(
    line: Hotline, said: str, choice: str
) -> None:
    report = line.call("counter", "--say", said)
    assert report["answered"], report
    facts = line.facts(line.ended_call()["call"])
    [understood] = [fact["data"] for fact in facts if fact["kind"] == "understood"]
    assert understood["choice"] == choice
    assert understood["confidence"] >= 0.35


# ---------------------------------------------------------------- models and answers, live

SOON_S = 30.0


def until(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + SOON_S
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def setup_of(line: Hotline, call: str) -> dict[str, Any]:
    [setup] = [fact["data"] for fact in line.facts(call) if fact["kind"] == "setup"]
    return dict(setup["models"]["intents"])


def trained(folder: Path, more: str) -> Path:
    """Another version of the model."""
    (folder / "more.yaml").write_text(TAUGHT + more, "utf-8")
    model = folder / "more.npz"
    done = voicebot("nlu", "train", str(folder / "more.yaml"), "-o", str(model), "--lexical")
    assert done.returncode == 0, done.stderr
    return model


def test_a_published_model_serves_new_calls_and_a_broken_one_none(line: Hotline) -> None:
    def serving() -> str:
        return str(line.ask("/api/flows")["intents"]["en"])

    name, first = line.folder / "intents.npz", serving()
    staying = line.start_call("counter", "--wait", "12", "--say", "opening hours")
    until(lambda: line.ask("/api/live")["calls"], "the call is not up")
    model = trained(line.folder, "  - are you there at noon\n")
    assert voicebot("nlu", "publish", str(model), str(name), "--why", "more").returncode == 0
    until(lambda: serving() != first, "the model is not taken")
    second = serving()

    name.unlink()
    name.write_bytes(b"no model")
    until(lambda: line.ask("/api/flows")["refused"], "a broken model is not refused")
    [problem] = line.ask("/api/flows")["refused"]
    assert (problem["code"], problem["file"]) == ("intent-model", str(name))
    assert serving() == second
    line.call("counter", "--say", "opening hours")
    assert staying.wait(60) == 0
    earlier, later = sorted(line.calls(), key=lambda row: row["started"])[-2:]
    assert setup_of(line, earlier["call"]) == {"en": first}
    assert setup_of(line, later["call"]) == {"en": second}

    assert voicebot("nlu", "rollback", str(name), "--why", "broken").returncode == 0
    until(lambda: serving() == first, "the model before is not taken back")
    assert line.ask("/api/flows")["refused"] == []


def test_changed_answers_serve_new_calls(line: Hotline) -> None:
    file = line.folder / "flows" / "knowledge" / "kiosk.yaml"
    before = knowledge_of(line)
    file.write_text(BASE.replace("Nine", "Ten"), "utf-8")
    until(lambda: any("knowledge base changed" in text for text in line.output), "it is not taken")
    assert before != knowledge_of(line)
    file.write_text(BASE.replace("answer", "anwser"), "utf-8")
    until(lambda: line.ask("/api/flows")["refused"], "a broken base is not refused")
    assert knowledge_of(line) != before


def knowledge_of(line: Hotline) -> str:
    """The version that a call is served with."""
    line.call("counter", "--say", "opening hours")
    facts = line.facts(line.ended_call()["call"])
    [answered] = [fact["data"] for fact in facts if fact["kind"] == "answered"]
    return str(answered["knowledge"]["kiosk"])

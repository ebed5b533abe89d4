"""A caller who says it in words that no phrase has is understood, over a real line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hotline import Hotline, hotline, voicebot

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
  card: {kind: say, prompt: card, to: bye}
  visit: {kind: say, prompt: visit, to: bye}
  bye: {kind: hangup, prompt: bye}
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

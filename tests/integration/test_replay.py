"""Calls by real SIP, replayed with unchanged code: the same transcripts, intents, path, outcome.

VOICEBOT_REPLAY_CALLS=50 makes so many calls, VOICEBOT_REPLAY_AT_ONCE=12 so many at a time.
"""

from __future__ import annotations

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from agent_phone import agent_phone
from hotline import Hotline, hotline, voicebot
from replay_calls import CALLS

COUNT = int(os.environ.get("VOICEBOT_REPLAY_CALLS", "8"))
AT_ONCE = int(os.environ.get("VOICEBOT_REPLAY_AT_ONCE", "3"))
pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(not shutil.which("sipp"), reason="SIPp is not installed: script/setup"),
    pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed: script/setup"),
]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Hotline:
    """A hotline that has taken the calls, and has stopped."""
    folder = tmp_path_factory.mktemp("replay")
    with agent_phone(folder, rings_ms=700, talks_ms=1_500) as port:
        agent = f'[[agents]]\nname = "anna"\naddress = "sip:anna@127.0.0.1:{port}"\n'
        with hotline(folder, agents=agent + 'queues = ["service", "cards"]\n') as line:
            wanted = [CALLS[number % len(CALLS)] for number in range(COUNT)]
            with ThreadPoolExecutor(AT_ONCE) as callers:
                reports = list(callers.map(lambda one: line.call(one[0], *one[1]), wanted))
            assert all(report["answered"] for report in reports)
    return line


def replay(line: Hotline, *words: str) -> tuple[int, str]:
    """Exit code and what was printed."""
    done = voicebot("replay", *words, "--data", str(line.folder / "data"), timeout_s=300)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def test_every_call_is_the_same_again(recorded: Hotline) -> None:
    code, out = replay(recorded, "--all", "--json")
    [variant] = json.loads(out)["variants"]
    assert len(variant["calls"]) == COUNT
    assert [differing(call) for call in variant["calls"] if call["status"] != "same"] == []
    assert code == 0
    heard = [turn["now"]["text"] for call in variant["calls"] for turn in call["turns"]
             if turn["now"] and turn["now"].get("text")]  # fmt: skip
    assert "i lost my card" in heard


def differing(call: dict[str, Any]) -> dict[str, Any]:
    """What a failing test should show."""
    turns = [turn for turn in call["turns"] if turn["differs"]]
    return {"call": call["call"], "why": call["why"], "assumed": call["assumed"], "turns": turns}


def test_two_runs_on_the_same_calls_give_the_same_bytes(recorded: Hotline) -> None:
    one = replay(recorded, "--all", "--json", "--jobs", "1", "--limit", "3")
    other = replay(recorded, "--all", "--json", "--jobs", "2", "--limit", "3")
    assert one == other


def test_words_alone_lead_the_same_way(recorded: Hotline) -> None:
    code, out = replay(recorded, "--all", "--from", "dialogue", "--json")
    [variant] = json.loads(out)["variants"]
    assert [differing(call) for call in variant["calls"] if call["status"] != "same"] == []
    assert code == 0


def test_another_flow_differs_and_says_where(recorded: Hotline, tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    shutil.copytree("ivr_flows", flows)
    file = flows / "bank_en.yaml"
    text = file.read_text("utf-8").replace("to: card_block\n", "to: bye\n", 1)
    file.write_text(text, "utf-8")
    # The call by words, which a person ends: in the one whose keys are typed ahead the prompts are
    # cut elsewhere, too. Both want the same card blocked: which of them has the tag is chance.
    where = ("--where", "intent=lost_card", "--where", "outcome=handled", "--limit", "1")
    code, out = replay(recorded, *where, "--flows", str(flows), "--json")
    call = json.loads(out)
    assert code == 1
    assert call["status"] == "different"
    assert call["first_difference"]["node"] == "card_digits"
    assert call["first_difference"]["what"] == ["path", "events"]
    code, out = replay(recorded, *where, "--flows", str(flows), "--flow-version", "then", "--json")
    assert (code, json.loads(out)["status"]) == (0, "same")

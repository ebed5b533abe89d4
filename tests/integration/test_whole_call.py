"""A caller dials the hotline and is served: real SIP, real sound, real engines, real store."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from agent_phone import agent_phone
from desk_caller import DeskCaller, nobody_is_left
from hotline import Hotline, hotline

from voicebot.audio.gain import level_db
from voicebot.audio.wav import read_wav

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(
        not shutil.which("sipp"), reason="SIPp is not installed: script/setup --test"
    ),
    pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed: script/setup"),
]


def agent(port: int, queues: str = '"service", "cards"') -> str:
    return (
        f'[[agents]]\nname = "anna"\naddress = "sip:anna@127.0.0.1:{port}"\nqueues = [{queues}]\n'
    )


def test_a_lost_card_is_blocked_and_the_caller_talks_to_a_person(tmp_path: Path) -> None:
    with (
        agent_phone(tmp_path, rings_ms=500, talks_ms=2_000) as port,
        hotline(tmp_path, agents=agent(port)) as line,
    ):
        steps = ("--say", "I lost my card", "--dtmf", "4321", "--say", "yes please")
        report = line.call("bank_en", *steps, "--record", str(tmp_path / "call.wav"))
        record = line.ended_call()
        facts = line.facts(record["call"])
        recording = line.folder / "data" / record["recording"]
    assert report["answered"]
    assert record["outcome"] == "handled"
    assert record["agent"] == "anna"
    assert record["queue"] == "cards"
    assert record["intents"][0] == "lost_card"
    assert "card_blocked" in record["tags"]
    assert 1_000 <= record["talk_ms"] <= 4_000
    assert [f["data"]["digits"] for f in facts if f["kind"] == "keyed"] == ["4321"]
    check_sound(tmp_path / "call.wav", recording)


def check_sound(heard: Path, recording: Path) -> None:
    """Both files have two channels, and both of them have speech on both."""
    for path in (heard, recording):
        wav = read_wav(path)
        assert wav.channels.shape[0] == 2
        for channel in (0, 1):
            frames = [level_db(frame.samples) for frame in wav.channel(channel).frames()]
            assert sum(level > -40 for level in frames) > 25, f"{path.name} channel {channel}"


def test_the_console_and_the_health_check_answer(running: Hotline) -> None:
    import json
    from urllib.request import urlopen

    base = f"http://127.0.0.1:{running.console_port}"
    with urlopen(f"{base}/healthz", timeout=10) as answer:
        assert json.load(answer)["status"] == "ok"
    with urlopen(f"{base}/", timeout=10) as answer:
        assert b"<html" in answer.read()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """A hotline that several tests call."""
    with hotline(tmp_path_factory.mktemp("hotline")) as line:
        yield line


async def test_a_transfer_by_keys_alone_and_its_pin_is_nowhere(running: Hotline) -> None:
    """Typed ahead from the first menu to the PIN, as by somebody who knows the way."""
    pin = "9876"
    async with DeskCaller(running, "bank_en") as caller:
        await caller.dial()
        caller.press(*"4", *"100400", *"100300", *"5#", "1", *pin)
        await caller.until_fact("tagged", tag="transfer_made")
        await caller.hang_up()
        record = await caller.ended()
        facts = await caller.facts()
    keyed = [f["data"] for f in facts if f["kind"] == "keyed"]
    assert [data.get("digits") for data in keyed] == ["4", "100400", "100300", "5", "1", None]
    assert keyed[-1]["count"] == len(pin)
    await nobody_is_left(running)
    alone = re.compile(rb"(?<![0-9a-f.])" + pin.encode() + rb"(?![0-9a-f])")
    data = running.folder / "data"
    files = [path for path in data.rglob("*") if path.is_file() and path.suffix != ".wav"]
    assert [str(path) for path in files if alone.search(path.read_bytes())] == []
    assert not alone.search("".join(running.output).encode())
    assert record["tags"] == ["transfer_made"]


@pytest.mark.parametrize("parameters", ["", ";transport=tcp"], ids=["udp", "tcp"])
def test_the_caller_hears_the_bot(running: Hotline, parameters: str) -> None:
    report = running.call("bank_en", "--wait", "3", "--linger", "0", parameters=parameters)
    assert report["bot"], "the bot said nothing"
    assert report["bot"][0]["start_ms"] < 1_500
    assert running.ended_call()["ended_by"] == "caller"


def test_mandarin_is_spoken_and_keys_are_taken(running: Hotline) -> None:
    report = running.call("bank_zh", "--wait", "1", "--dtmf", "0", "--linger", "1")
    assert report["bot"]
    record = running.ended_call()
    assert record["language"] == "zh"
    assert "operator" in record["intents"]

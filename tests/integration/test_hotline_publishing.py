"""A hotline takes what is published while calls are up."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_caller import DeskCaller
from hotline import Hotline, hotline, voicebot
from hotline_flows import DESTINATIONS, desk

pytestmark = pytest.mark.timeout(300)

SOON_S = 30.0
"""The poll is each second; the rest is the time that new prompts take on a busy machine."""


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Hotline]:
    flows = {"desk": desk("desk"), "other": desk("other")}
    calls = 'default_flow = "desk"'
    media = "rtp_timeout_s = 0"  # who stays on sends none
    with hotline(tmp_path, calls=calls, agents=DESTINATIONS, flows=flows, media=media) as running:
        yield running


def flows(line: Hotline, *words: str) -> subprocess.CompletedProcess[str]:
    """`voicebot flows`, with the folders of this hotline."""
    places = ["--flows", str(line.folder / "flows"), "--config", str(line.folder / "sip_config")]
    return voicebot("flows", *words, *places, "--data", str(line.folder / "data"))


def edit(line: Hotline, old: str, new: str) -> None:
    """Change the draft of the desk."""
    file = line.folder / "flows" / "desk.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def served(line: Hotline) -> dict[str, Any]:
    """What the API says of the desk."""
    [row] = [row for row in line.ask("/api/flows")["flows"] if row["name"] == "desk"]
    return dict(row)


def until(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + SOON_S
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def goodbye(line: Hotline, call: str) -> str:
    """The last words of a call."""
    said = [fact["data"]["text"] for fact in line.facts(call) if fact["kind"] == "said"]
    return str(said[-1])


def publish_and_call(line: Hotline, old: str) -> str:
    """Publish other words, and call; the new version."""
    edit(line, '"Thank you."', '"Much obliged."')
    assert flows(line, "publish", "desk", "--why", "manners", "--by", "anna").returncode == 0
    until(lambda: served(line)["flow_version"] != old, "the publish is not taken")
    new = served(line)
    assert (new["live"]["by"], new["live"]["why"]) == ("anna", "manners")
    assert new["flow_version"] == new["live"]["version"]
    line.call("desk", "--dtmf", "8")
    return str(new["flow_version"])


async def test_a_call_keeps_its_version_and_the_next_one_has_the_new(line: Hotline) -> None:
    assert any("desk (the file)" in text for text in line.output)
    old = served(line)["flow_version"]
    async with DeskCaller(line, "desk") as staying:
        await staying.dial()
        await staying.at("choose")
        new = await asyncio.to_thread(publish_and_call, line, old)
        staying.press("8")
        await staying.is_hung_up()
        await staying.ended()
    first, second = sorted(line.calls(), key=lambda row: row["started"])
    assert (first["flow_version"], second["flow_version"]) == (old, new)
    assert goodbye(line, first["call"]) == "Thank you."
    assert goodbye(line, second["call"]) == "Much obliged."

    assert flows(line, "rollback", "desk").returncode == 2, "nothing was live before it"
    edit(line, '"Much obliged."', '"Bye."')
    assert flows(line, "publish", "desk", "--why", "shorter").returncode == 0
    until(lambda: served(line)["live"]["why"] == "shorter", "the publish is not taken")
    assert flows(line, "rollback", "desk", "--why", "too short").returncode == 0
    until(lambda: served(line)["live"]["why"] == "too short", "the rollback is not taken")
    assert served(line)["flow_version"] == new
    history = json.loads(flows(line, "history", "desk", "--json").stdout)
    assert [entry["why"] for entry in history] == ["manners", "shorter", "too short"]


def test_a_flow_that_does_not_check_is_refused_and_the_old_one_goes_on(line: Hotline) -> None:
    old = served(line)["flow_version"]
    edit(line, "prompt: news, barge_in: none, to: choose", "prompt: newz, to: chose")
    refused = flows(line, "publish", "desk", "--why", "x")
    assert refused.returncode == 1
    assert "newz" in refused.stderr
    assert "chose" in refused.stderr
    assert "Refused" in refused.stderr
    assert flows(line, "history", "desk").returncode == 1, "nothing was written"

    line.process.send_signal(signal.SIGHUP)
    until(lambda: line.ask("/api/flows")["refused"], "the folder is not read")
    problems = line.ask("/api/flows")["refused"]
    errors = {problem["code"] for problem in problems if problem["severity"] == "error"}
    assert errors == {"missing-prompt", "missing-node"}
    assert served(line)["flow_version"] == old
    report = line.call("desk", "--dtmf", "8")
    assert report["answered"]

    edit(line, "prompt: newz, to: chose", "prompt: news, to: choose")
    line.process.send_signal(signal.SIGHUP)
    until(lambda: served(line)["flow_version"] != old, "the mended folder is not taken")
    assert line.ask("/api/flows")["refused"] == []


def test_a_canary_is_for_its_callers_only(line: Hotline) -> None:
    assert flows(line, "publish", "desk", "--why", "as it is").returncode == 0
    edit(line, '"Thank you."', '"Much obliged."')
    published = flows(line, "publish", "desk", "--why", "manners", "--canary", "50%")
    assert published.returncode == 0, published.stderr
    until(lambda: served(line)["canary"], "the canary is not taken")
    row = served(line)
    versions = {row["flow_version"], row["canary"]["version"]}
    assert len(versions) == 2
    for _ in range(2):
        line.call("desk", "--dtmf", "8")
    first, second = line.calls()
    assert first["flow_version"] == second["flow_version"], "the same caller gets the same"
    assert first["flow_version"] in versions
    assert flows(line, "canary", "desk", "live").returncode == 0
    until(lambda: served(line)["canary"] is None, "the canary does not end")
    line.call("desk", "--dtmf", "8")
    assert line.calls()[0]["flow_version"] == row["canary"]["version"]

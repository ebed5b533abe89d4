"""Keys by RFC 4733 and SIP INFO: ahead of their node, once each; secret ones leave no trace."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from desk_caller import DeskCaller, nobody_is_left
from hotline import Hotline, hotline
from hotline_flows import DESTINATIONS, desk

from voicebot.audio.wav import read_wav

pytestmark = pytest.mark.timeout(120)

PIN = "7391"
"""In no time stamp, port or id by chance: checked as text that stands alone."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline with its log."""
    with hotline(
        tmp_path_factory.mktemp("keys"),
        calls='default_flow = "desk"',
        flows={"desk": desk("desk")},
        hotline=DESTINATIONS,
    ) as line:
        yield line


async def keyed(caller: DeskCaller) -> list[str]:
    """What the hotline took, string by string; a secret one as `*`s."""
    facts = [f["data"] for f in await caller.facts() if f["kind"] == "keyed"]
    return [data.get("digits", "*" * data.get("count", 0)) for data in facts]


async def test_typed_ahead_across_nodes(running: Hotline) -> None:
    async with asyncio.TaskGroup() as calls:
        calls.create_task(all_at_once(running))
        calls.create_task(by_info(running))
        calls.create_task(by_both(running))
    await nobody_is_left(running)


async def all_at_once(running: Hotline) -> None:
    """The whole way through three nodes before the first prompt has ended."""
    async with DeskCaller(running, "desk") as caller:
        await caller.dial()
        caller.press(*"21234#5678")
        await caller.at("bye")
        await caller.hang_up()
        await caller.ended()
        assert await keyed(caller) == ["2", "1234", "****"]


async def by_info(running: Hotline) -> None:
    async with DeskCaller(running, "desk") as caller:
        await caller.dial()
        for key in "22234":
            await caller.press_info(key)
        await caller.until_fact("keyed", digits="2234")
        await caller.hang_up()
        await caller.ended()
        assert await keyed(caller) == ["2", "2234"]


async def by_both(running: Hotline) -> None:
    """A gateway that sends every press twice."""
    async with DeskCaller(running, "desk") as caller:
        await caller.dial()
        for key in "21155":
            caller.press(key)
            await caller.press_info(key)
        await caller.until_fact("keyed", digits="1155")
        await caller.hang_up()
        await caller.ended()
        assert await keyed(caller) == ["2", "1155"]


async def test_a_secret_is_nowhere(running: Hotline) -> None:
    """Neither in the database or the log, nor to be heard in the recording."""
    async with DeskCaller(running, "desk") as caller:
        await caller.dial()
        await caller.make_noise(400)
        caller.press("6")
        await caller.at("pin")
        caller.press(*PIN[:2])
        await caller.make_noise(400)
        caller.press(*PIN[2:])
        await caller.at("sorry")
        await caller.hang_up()
        record = await caller.ended()
        facts = await caller.facts()
    assert [f["data"]["status"] for f in facts if f["kind"] == "requested"] == [403]
    await nobody_is_left(running)
    found = [
        str(path) for path in files_of(running.folder / "data") if holds_pin(path.read_bytes())
    ]
    assert found == []
    log = "".join(running.output)
    assert not holds_pin(log.encode())
    assert caller.name not in log
    check_recording(running.folder / "data" / record["recording"], facts)


def files_of(folder: Path) -> list[Path]:
    """All of the hotline's data but its sound: database, write-ahead log, spill, lock."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".wav"]
    assert any(path.name.startswith("voicebot.db") for path in files)
    return files


def holds_pin(data: bytes) -> bool:
    """The digits stand there by themselves, not within a longer number."""
    pattern = rb"(?<![0-9a-f.])" + PIN.encode() + rb"(?![0-9a-f])"
    return re.search(pattern, data) is not None


def check_recording(path: Path, facts: list[dict[str, object]]) -> None:
    """Silence on both sides while the PIN was asked for, the caller's noise before is there."""
    moves = [(f["at_ms"], f["data"]) for f in facts if f["kind"] == "recording"]
    paused = [at for at, data in moves if data["paused"]]  # type: ignore[index]
    resumed = [at for at, data in moves if not data["paused"] and at]  # type: ignore[index]
    assert len(paused) == 1
    assert len(resumed) == 1
    wav = read_wav(path)
    for channel in (0, 1):
        secret = wav.channel(channel).between(float(str(paused[0])) + 20, float(str(resumed[0])))
        assert secret.duration_ms > 300
        assert not np.any(secret.samples)
        before = wav.channel(channel).between(0, float(str(paused[0])))
        assert np.any(np.abs(before.samples) > 1_000)

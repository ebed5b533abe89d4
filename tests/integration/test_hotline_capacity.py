"""Who gets in: capacity, strangers, draining; and that a stopped hotline leaves nothing running."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from desk_caller import DeskCaller, nobody_is_left
from hotline import Hotline, hotline
from hotline_flows import DESTINATIONS, desk
from processes import children_of, ended
from raw_phone import RawPhone

pytestmark = pytest.mark.timeout(120)


@contextmanager
def small_hotline(folder: Path, *, sip: str = "", drain_s: int = 20) -> Iterator[Hotline]:
    with hotline(
        folder,
        sip=sip,
        calls='default_flow = "desk"',
        drain_s=drain_s,
        flows={"desk": desk("desk")},
        hotline=DESTINATIONS,
    ) as line:
        yield line


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """Two calls at once, from this one address."""
    sip = 'capacity = 2\nretry_after_s = 7\nallowed_networks = ["127.0.0.1/32"]\n'
    with small_hotline(tmp_path_factory.mktemp("small"), sip=sip) as line:
        yield line


async def test_one_call_too_many_is_told_when_to_try_again(running: Hotline) -> None:
    async with (
        DeskCaller(running, "desk") as first,
        DeskCaller(running, "desk") as second,
        DeskCaller(running, "desk") as third,
    ):
        assert (await first.dial()).code == 200
        assert (await second.dial()).code == 200
        refused = await third.dial()
        assert (refused.code, refused.header("retry-after")) == (503, "7")
        await first.hang_up()
        await first.ended()
        third.to_tag = ""
        assert (await third.dial()).code == 200
        await third.hang_up()
        await second.hang_up()
    await nobody_is_left(running)


async def test_a_stranger_hears_nothing_and_a_friend_is_answered(running: Hotline) -> None:
    here = running.target("desk")
    async with RawPhone("127.0.0.2") as stranger, RawPhone("127.0.0.1") as friend:
        for method in ("INVITE", "OPTIONS", "REGISTER"):
            stranger.send(method, here, body=stranger.sdp() if method == "INVITE" else "")
        assert (await friend.request("OPTIONS", here)).code == 200
        assert await stranger.nothing_comes()
    await nobody_is_left(running)


async def test_a_stopping_hotline_lets_calls_end_and_takes_no_new_ones(tmp_path: Path) -> None:
    with small_hotline(tmp_path) as line:
        children = children_of(line.process.pid)
        assert children, "there are no workers"
        async with DeskCaller(line, "desk") as caller, DeskCaller(line, "desk") as late:
            await caller.dial()
            await caller.at("choose")
            line.process.send_signal(signal.SIGTERM)
            assert (await retried(late)) == 503
            caller.press("8")
            await answer_bye(caller)
            assert await asyncio.to_thread(line.process.wait, 20) == 0
        record = line.call_of(caller.name)
    assert (record["outcome"], record["ended_by"]) == ("contained", "bot")
    assert await asyncio.to_thread(ended, children)
    assert "Stopped." in "".join(line.output)


@pytest.mark.parametrize(("signals", "drain_s"), [(1, 1), (2, 60)], ids=["deadline", "twice"])
async def test_a_call_that_goes_on_is_ended(tmp_path: Path, signals: int, drain_s: int) -> None:
    with small_hotline(tmp_path, drain_s=drain_s) as line:
        children = children_of(line.process.pid)
        async with DeskCaller(line, "desk") as caller:
            await caller.dial()
            await caller.at("choose")
            for _ in range(signals):
                line.process.send_signal(signal.SIGTERM)
                await draining(line)
            await answer_bye(caller)
            assert await asyncio.to_thread(line.process.wait, 20) == 0
        record = line.call_of(caller.name)
    assert (record["outcome"], record["ended_by"]) == ("failed", "system")
    assert await asyncio.to_thread(ended, children)
    assert not [text for text in line.output if "Traceback" in text]


async def retried(caller: DeskCaller) -> int:
    """Call until the hotline drains; the code of the refusal."""
    async with asyncio.timeout(5):
        while (answer := await caller.dial()).code == 200:
            await caller.hang_up()
            caller.to_tag = ""
    return answer.code


async def draining(line: Hotline) -> None:
    """Wait until the hotline refuses calls."""
    async with RawPhone("127.0.0.1") as phone, asyncio.timeout(5):
        while (await phone.request("OPTIONS", line.target("desk"))).code != 503:
            phone.to_tag = ""


async def answer_bye(caller: DeskCaller) -> None:
    """The hotline hangs up."""
    async with asyncio.timeout(10):
        caller.respond(await caller.asked("BYE"), 200, caller.target.split("@")[1])

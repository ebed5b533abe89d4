"""Clocks that jump, and far ends that vanish: half an hour of session timer in a second."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from desk_caller import DeskCaller, nobody_is_left
from hotline import Hotline, hotline
from hotline_flows import DESTINATIONS, desk
from listening_caller import ListeningCaller
from other_clock import MISSING, OtherClock
from raw_phone import rtp_port_of

from voicebot.audio.wav import read_wav

pytestmark = [pytest.mark.timeout(120), pytest.mark.skipif(bool(MISSING), reason=MISSING)]

HOUR_S = 3_600
SHORTEST_S = 90
"""The shortest session that RFC 4028 allows (section 4)."""
GIVEN_UP_S = 33
"""A request without an answer fails after 32 s (RFC 3261 section 17.1.2.2)."""


@dataclass(frozen=True)
class Timed:
    line: Hotline
    clock: OtherClock


@pytest.fixture(scope="module")
def timed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timed]:
    """A hotline whose clocks are ours. Only the session timer notices a phone that is gone."""
    folder = tmp_path_factory.mktemp("clock")
    clock = OtherClock(folder)
    with hotline(
        folder,
        environment=clock.environment,
        calls='default_flow = "desk"',
        flows={"desk": desk("desk")},
        hotline=DESTINATIONS,
        media="rtp_timeout_s = 0",
    ) as line:
        yield Timed(line, clock)


@pytest.mark.parametrize("jumps_s", [(24 * HOUR_S, -48 * HOUR_S), (-HOUR_S, 2 * HOUR_S)])
async def test_the_wall_clock_jumps_under_a_call(timed: Timed, jumps_s: tuple[int, int]) -> None:
    loop = asyncio.get_running_loop()
    async with ListeningCaller(timed.line, "desk") as caller:
        await caller.dial()
        began_s = loop.time()
        for jump_s, keys, node in zip(jumps_s, ("2", "1234"), ("code", "code_again"), strict=True):
            await caller.until_fact("said")
            timed.clock.jump(wall_s=jump_s)
            keyed_s = loop.time()
            caller.press(*keys)
            await caller.at(node)
            assert await caller.silent_ms(keyed_s) < 2_000
        caller.press(*"5678")
        await caller.is_hung_up()
        record, lasted_s = await caller.ended(), loop.time() - began_s
        facts = await caller.facts()
    assert (record["outcome"], record["ended_by"]) == ("contained", "bot")
    assert record["duration_ms"] == pytest.approx(1000 * lasted_s, abs=1_500)
    # A call has one clock: what was a moment after something stays a moment after it.
    times = [datetime.fromisoformat(f["time"]) for f in facts]
    assert times == sorted(times)
    answered, ended = (datetime.fromisoformat(record[name]) for name in ("answered", "ended"))
    assert (ended - answered).total_seconds() == pytest.approx(lasted_s, abs=1.5)
    sound = read_wav(timed.line.folder / "data" / record["recording"]).channel(0)
    assert sound.duration_ms == pytest.approx(record["duration_ms"], abs=200)
    await nobody_is_left(timed.line)
    assert timed.line.ready()["status"] == 200


async def test_the_machine_stood_still_for_a_while(timed: Timed) -> None:
    """As under a hypervisor that moves it: the call goes on where it was."""
    loop = asyncio.get_running_loop()
    async with ListeningCaller(timed.line, "desk") as caller:
        await caller.dial()
        await caller.at("choose")
        timed.clock.jump(wall_s=20, steady_s=20)
        await caller.silent_ms(loop.time())
        caller.press(*"21234")
        await caller.at("code_again")
        assert not [f for f in await caller.facts() if f["kind"] == "timed_out"]
        caller.press(*"5678")
        await caller.is_hung_up()
        assert (await caller.ended())["outcome"] == "contained"
    await nobody_is_left(timed.line)
    assert timed.line.ready()["status"] == 200


async def in_a_session(caller: DeskCaller, refresher: str) -> None:
    """Call with a session timer; either side refreshes (`uac` is the caller)."""
    headers = {
        "Supported": "timer",
        "Allow": "INVITE, ACK, BYE, CANCEL, UPDATE",
        "Session-Expires": f"{SHORTEST_S};refresher={refresher}",
    }
    answer = await caller.invite(caller.target, headers=headers)
    assert answer.header("session-expires") == f"{SHORTEST_S};refresher={refresher}"
    caller.far_rtp_port = rtp_port_of(answer)
    await caller.at("choose")


async def skip(timed: Timed, caller: DeskCaller, seconds: int) -> None:
    """Let time go by once the hotline has done with all that it got and sent."""
    await caller.request("OPTIONS", caller.target)
    timed.clock.jump(steady_s=seconds)


async def test_a_phone_that_does_not_answer_our_refresh(timed: Timed) -> None:
    """RFC 4028 section 10: no answer to the refresh ends the call."""
    async with DeskCaller(timed.line, "desk") as caller:
        await in_a_session(caller, "uas")
        await skip(timed, caller, SHORTEST_S // 2 + 1)
        refresh = await caller.asked("UPDATE")
        assert refresh.header("session-expires").startswith(f"{SHORTEST_S};refresher=")
        await skip(timed, caller, GIVEN_UP_S)
        await caller.asked("BYE")
        await skip(timed, caller, GIVEN_UP_S)
        record = await caller.ended()
    assert (record["outcome"], record["code"]) == ("hung_up", 408)
    await nobody_is_left(timed.line)


async def test_a_phone_that_answers_our_refresh_goes_on(timed: Timed) -> None:
    async with DeskCaller(timed.line, "desk") as caller:
        await in_a_session(caller, "uas")
        for _ in range(3):
            await skip(timed, caller, SHORTEST_S // 2 + 1)
            refresh, here = await caller.asked("UPDATE"), caller.target.split("@")[1]
            agreed = {"Require": "timer", "Session-Expires": refresh.header("session-expires")}
            caller.respond(refresh, 200, here, headers=agreed)
        caller.press("2")
        await caller.at("code")
        await caller.hang_up()
        assert (await caller.ended())["code"] == 200
    await nobody_is_left(timed.line)


async def test_a_phone_that_does_not_refresh(timed: Timed) -> None:
    """The side that waits in vain hangs up before the session expires (section 10)."""
    async with DeskCaller(timed.line, "desk") as caller:
        await in_a_session(caller, "uac")
        await skip(timed, caller, SHORTEST_S - 28)
        await caller.is_hung_up()
        record = await caller.ended()
    assert record["outcome"] == "hung_up"
    await nobody_is_left(timed.line)

"""A hang-up at any moment leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import random

import pytest
from raw_phone import RawPhone
from sip_line import WAIT_S, Line, open_line, until

from voicebot.core.call import LegInfo, LegState
from voicebot.core.errors import CallError
from voicebot.core.ports import Leg, LegEnded
from voicebot.sip.destinations import Route
from voicebot.sip.endpoint import SipEndpoint
from voicebot.sip.leg import SipLeg

CALLERS = 40


async def serve(leg: Leg, ended: list[LegEnded]) -> None:
    """Ring, answer, and listen to the end, whatever comes in between."""
    leg.ring()
    with contextlib.suppress(CallError):
        await leg.answer()
    async for event in leg.events():
        if isinstance(event, LegEnded):
            ended.append(event)


async def call_and_leave(target: str, seed: int) -> None:
    """Call and go away after a moment of one's own."""
    moments = random.Random(seed)
    async with RawPhone("127.0.0.1") as phone:
        await asyncio.sleep(moments.random() / 2)
        phone.send("INVITE", target, body=phone.sdp())
        if seed % 2:
            await asyncio.sleep(moments.random() / 20)
            phone.send("CANCEL", target, cseq=phone.cseq)
        answer = await phone.final()
        while answer.header("cseq").endswith("CANCEL"):
            answer = await phone.final()
        phone.send("ACK", target, cseq=phone.cseq)
        if answer.code == 200:
            await asyncio.sleep(moments.random() / 20)
            assert (await phone.request("BYE", target)).code == 200


@pytest.mark.parametrize("seed", [1, 2])
async def test_callers_who_leave_at_any_moment(seed: int) -> None:
    ended: list[LegEnded] = []
    async with open_line() as line, asyncio.timeout(3 * WAIT_S), asyncio.TaskGroup() as group:
        for caller in range(CALLERS):
            group.create_task(call_and_leave(line.target, seed * CALLERS + caller))
        for _ in range(CALLERS):
            group.create_task(serve(await line.ring(), ended))
    assert len(ended) == CALLERS
    assert line.endpoint.legs == ()


async def test_hanging_up_twice_and_after_the_end(line: Line, phone: RawPhone) -> None:
    phone.send("INVITE", line.target, body=phone.sdp())
    leg = await line.ring()
    await asyncio.gather(leg.hang_up(486), leg.hang_up(603))
    assert (await phone.final()).code == 486
    async for event in leg.events():
        assert not isinstance(event, LegEnded) or event.code == 486
    await leg.hang_up()
    leg.ring()
    assert leg.flush().duration_ms == 0
    assert leg.pending_ms == 0


async def test_a_call_that_was_forgotten_ends_when_a_dialed_one_has_its_number(
    line: Line, phone: RawPhone
) -> None:
    """pjsua may free a call and say nothing of it; then it gives its number to the next."""
    endpoint, target = line.endpoint, f"sip:agent@{phone.address}:{phone.port}"
    first = await endpoint.dial(target, {})
    next_number = await _number(endpoint, first) + 1
    forgotten = endpoint._new_leg(LegInfo(), LegState.CONFIRMED)
    account = endpoint._stack.account_for(Route(target, None))
    await endpoint._owner.run(lambda: endpoint._dialog(forgotten, account, next_number))
    second = await endpoint.dial(target, {})
    assert await _number(endpoint, second) == next_number
    ended = await until(forgotten, LegEnded)
    assert isinstance(ended, LegEnded)
    assert ended.code == 500
    assert set(endpoint.legs) == {first, second}


async def _number(endpoint: SipEndpoint, leg: Leg) -> int:
    """pjsua's number of a call."""
    assert isinstance(leg, SipLeg)
    dialog = leg._dialog
    assert dialog is not None
    return await endpoint._owner.run(dialog.getId)

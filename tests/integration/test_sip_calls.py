"""Whole calls with another SIP endpoint: transports, codecs, encryption, bridges, transfers."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from far_end import FarEnd, tone
from registrar import Registrar
from sip_line import WAIT_S, Line, open_line, until

from voicebot.core.audio import Pcm
from voicebot.core.call import LegState
from voicebot.core.errors import DialRefused, LegGone
from voicebot.core.ports import Audio, Keyed, Leg, LegEnded, LegEvent, ReferProgress, StateChanged
from voicebot.sip.settings import Destinations, Media, Srtp, Transport, TransportKind, Trunk


async def called_by(line: Line, far_end: FarEnd, target: str = "") -> Leg:
    """A call from the far end, answered, with media at both ends."""
    far_end.do("dial", f"sip:{target or line.target}")
    leg = await line.ring()
    await leg.answer()
    await far_end.until("StateChanged", state="CONFIRMED")
    return leg


def is_loud(event: LegEvent) -> bool:
    """Whether a tone is heard."""
    return isinstance(event, Audio) and is_tone(event.heard)


def is_tone(sound: Pcm) -> bool:
    """Whether there is more than line noise."""
    return bool(np.abs(sound.samples.astype(np.int32)).max() > 1000)


async def hear_each_other(leg: Leg, far_end: FarEnd) -> None:
    """A tone each way arrives."""
    leg.play(Pcm(tone(leg.rate, 300), leg.rate))
    await far_end.until("Loud")
    far_end.do("tone", 300)
    await until(leg, is_loud)


@pytest.mark.parametrize(
    "transport",
    [
        Transport(TransportKind.TCP, 0, "127.0.0.1"),
        Transport(TransportKind.TLS, 0, "127.0.0.1"),
        Transport(TransportKind.UDP, 0, "::1"),
    ],
    ids=["tcp", "tls", "ipv6"],
)
async def test_transports(transport: Transport, far_end: FarEnd) -> None:
    async with open_line(transports=(transport,)) as line:
        leg = await called_by(line, far_end)
        await hear_each_other(leg, far_end)
        far_end.do("hang_up")
        assert isinstance(await until(leg, LegEnded), LegEnded)


@pytest.mark.parametrize(("codec", "rate"), [("PCMA", 8000), ("G722", 16000), ("opus", 16000)])
async def test_codecs_and_their_rates(codec: str, rate: int) -> None:
    async with (
        open_line(media=Media(codecs=("PCMU", codec), rtp_port_first=0)) as line,
        FarEnd(codec) as far_end,
    ):
        leg = await called_by(line, far_end)
        assert leg.rate == rate
        await hear_each_other(leg, far_end)
        far_end.do("keys", "1*")
        assert await until(leg, Keyed) == Keyed("1", "rfc4733")
        assert await until(leg, Keyed) == Keyed("*", "rfc4733")


async def test_srtp_required() -> None:
    media = Media(rtp_port_first=0, srtp=Srtp.REQUIRED)
    async with (
        open_line(media=media) as line,
        FarEnd("PCMU", "off") as plain,
        FarEnd("PCMU", "required") as able,
    ):
        plain.do("dial", f"sip:{line.target}")
        assert (await plain.until("LegEnded"))["code"] in (406, 488)
        leg = await called_by(line, able)
        await hear_each_other(leg, able)


async def test_unplayed_sound_can_be_taken_back(line: Line, far_end: FarEnd) -> None:
    leg = await called_by(line, far_end)
    leg.play(Pcm(tone(8000, 5000), 8000))
    await far_end.until("Loud")
    rest = leg.flush()
    assert 3000 < rest.duration_ms < 5000
    assert leg.pending_ms == 0
    await far_end.until("Silent")


async def test_dialing_out(line: Line, far_end: FarEnd) -> None:
    leg = await line.endpoint.dial(far_end.address, {"X-Call": "c1"}, caller_name='Bank "One"')
    assert leg.state is LegState.CALLING
    assert (await far_end.until("Incoming"))["caller_name"] == 'Bank "One"'
    far_end.do("ring")
    assert await until(leg, StateChanged) == StateChanged(LegState.CALLING)
    ringing = await until(leg, lambda event: event == StateChanged(LegState.EARLY, 180))
    assert ringing
    far_end.do("answer")
    await until(leg, lambda event: getattr(event, "state", None) is LegState.CONFIRMED)
    await hear_each_other(leg, far_end)
    await leg.hang_up()
    await far_end.until("LegEnded")


async def test_a_busy_agent(line: Line, far_end: FarEnd) -> None:
    leg = await line.endpoint.dial(far_end.address, {})
    await far_end.until("Incoming")
    far_end.do("hang_up", 486)
    ended = await until(leg, LegEnded)
    assert isinstance(ended, LegEnded)
    assert (ended.code, ended.by_far_end) == (486, True)
    with pytest.raises(LegGone):
        await leg.refer("sip:x@127.0.0.1")
    await leg.hang_up()


async def test_a_call_taken_back_while_it_rings(line: Line, far_end: FarEnd) -> None:
    leg = await line.endpoint.dial(far_end.address, {})
    await far_end.until("Incoming")
    far_end.do("ring")
    await until(leg, lambda event: event == StateChanged(LegState.EARLY, 180))
    await leg.hang_up()
    assert (await far_end.until("LegEnded"))["code"] == 487
    ended = await until(leg, LegEnded)
    assert isinstance(ended, LegEnded)
    assert not ended.by_far_end


async def test_nowhere_but_where_it_is_allowed() -> None:
    trunk = Trunk("provider", "127.0.0.9", user="u")
    rules = Destinations(hosts=("127.0.0.1/32", "*.example.org"), numbers=(r"\+49\d+",))
    async with open_line(destinations=rules, trunks=(trunk,)) as line:
        refused = ("sip:a@127.0.0.2", "sip:a@example.org", "+441234", "sip:900@127.0.0.9", "ann")
        for target in refused:
            with pytest.raises(DialRefused):
                await line.endpoint.dial(target, {})
        assert line.endpoint.legs == ()


async def bridged(line: Line, caller: FarEnd, agent: FarEnd) -> tuple[Leg, Leg]:
    """The caller's leg and the agent's, who answered."""
    leg = await called_by(line, caller)
    other = await line.endpoint.dial(agent.address, {})
    await agent.until("Incoming")
    agent.do("answer")
    await until(other, lambda event: getattr(event, "state", None) is LegState.CONFIRMED)
    await leg.bridge(other)
    return leg, other


async def test_bridged_legs_hear_each_other_and_part_again(line: Line) -> None:
    async with FarEnd() as caller, FarEnd("G722") as agent:
        leg, other = await bridged(line, caller, agent)
        caller.do("tone", 400)
        await agent.until("Loud")
        await agent.until("Silent")
        agent.do("tone", 400)
        await caller.until("Loud")
        await caller.until("Silent")
        assert await until(leg, lambda event: isinstance(event, Audio) and is_tone(event.played))
        await leg.unbridge(other)
        caller.do("tone", 400)
        await until(leg, is_loud)
        leg.play(Pcm(tone(leg.rate, 300), leg.rate))
        await caller.until("Loud")
        agent.do("hang_up")
        assert isinstance(await until(other, LegEnded), LegEnded)
        assert leg.state is LegState.CONFIRMED


async def test_the_end_of_one_bridged_leg_leaves_the_other(line: Line) -> None:
    async with FarEnd() as caller, FarEnd() as agent:
        leg, other = await bridged(line, caller, agent)
        agent.do("hang_up")
        assert isinstance(await until(other, LegEnded), LegEnded)
        await hear_each_other(leg, caller)


async def test_a_transfer_and_its_result(line: Line) -> None:
    async with FarEnd() as caller, FarEnd() as target:
        leg = await called_by(line, caller)
        await leg.refer(target.address)
        progress = await until(leg, lambda event: isinstance(event, ReferProgress) and event.final)
        assert isinstance(progress, ReferProgress)
        # The far end is a hotline too, and lets nobody send it elsewhere.
        assert progress.code == 603


async def test_a_registration_is_tried_again_after_a_failure() -> None:
    async with Registrar((503, 401, 200)) as registrar:
        trunk = Trunk("provider", registrar.host, user="u", password="p", register=True, retry_s=1)
        async with open_line(trunks=(trunk,)) as line, asyncio.timeout(WAIT_S):
            for _ in range(3):
                text = await registrar.requests.get()
            assert "Authorization: Digest" in text
            while not any(one.active for one in line.endpoint.registrations):  # noqa: ASYNC110
                await asyncio.sleep(0)


async def test_closing_ends_every_call(far_end: FarEnd) -> None:
    async with open_line() as line:
        await called_by(line, far_end)
    await far_end.until("LegEnded")

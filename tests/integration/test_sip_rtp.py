"""Sound that comes from the wrong place, not at all, too much, late, twice or with gaps."""

from __future__ import annotations

import asyncio
import random
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from bad_lines import burst_loss, jittered, repeated, swapped
from raw_phone import RawPhone, rtp_port_of
from rtp_phone import SILENT, Heard, Sending, evenly, hear, packet, send_all, tone_payload
from sip_line import Line, open_line, until

from voicebot.core.ports import Hold, Leg, LegEnded
from voicebot.sip.settings import Media

PLAY_MS = 3000
TONE = tone_payload()


async def connected(line: Line, phone: RawPhone) -> tuple[Leg, int]:
    """An answered call and our RTP port. Calls of several phones must not be set up at once."""
    phone.send("INVITE", line.target, body=phone.sdp())
    leg = await line.ring()
    await leg.answer()
    answer = await phone.final()
    phone.send("ACK", line.target, cseq=phone.cseq)
    return leg, rtp_port_of(answer)


@asynccontextmanager
async def injecting(port: int, *, address: str, per_s: int = 1000) -> AsyncIterator[None]:
    """Somebody else's loud packets, many more than the caller's own."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=(address, 0)
    )
    number = random.Random(1).randrange(60_000)

    async def inject() -> None:
        nonlocal number
        while True:
            for _ in range(per_s // 100):
                transport.sendto(packet(number, TONE, ssrc=0x6666), ("127.0.0.1", port))
                number += 1
            await asyncio.sleep(0.01)

    task = asyncio.create_task(inject())
    yield
    task.cancel()
    transport.close()


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2"], ids=["port", "address"])
async def test_a_wrong_source_is_not_heard(line: Line, phone: RawPhone, address: str) -> None:
    leg, port = await connected(line, phone)
    sending = asyncio.create_task(send_all(phone.rtp, port, evenly(2500), SILENT))
    await asyncio.sleep(0.2)
    async with injecting(port, address=address):
        heard = await hear(leg, 2000)
    await sending
    assert heard.duration_ms > 1900
    assert not any(heard.loud_frames)
    await phone.request("BYE", line.target)
    ended = await until(leg, LegEnded)
    assert isinstance(ended, LegEnded)


async def test_the_signalled_source_wins_over_one_that_was_first(
    line: Line, phone: RawPhone
) -> None:
    leg, port = await connected(line, phone)
    async with injecting(port, address="127.0.0.2"):
        before = await hear(leg, 600)
        sending = asyncio.create_task(send_all(phone.rtp, port, evenly(1800), SILENT))
        await hear(leg, 600)  # the jitter buffer runs empty
        after = await hear(leg, 1000)
        await sending
    assert any(before.loud_frames)  # as that of a phone behind a NAT would be
    assert not any(after.loud_frames)


async def test_a_phone_whose_port_changes_is_heard_again(line: Line, phone: RawPhone) -> None:
    leg, port = await connected(line, phone)
    await send_all(phone.rtp, port, evenly(200), SILENT)
    async with injecting(port, address="127.0.0.1", per_s=100):  # its new port
        heard = await hear(leg, 3500)
    loud = heard.loud_frames
    assert not any(loud[: 1800 // 20])
    assert sum(loud[2600 // 20 :]) > 30


async def test_a_phone_that_died_is_noticed() -> None:
    media = Media(rtp_port_first=0, rtp_timeout_s=2)
    async with (
        open_line(media=media) as line,
        RawPhone("127.0.0.1") as silent,
        RawPhone("127.0.0.1") as dying,
        RawPhone("127.0.0.1") as held,
    ):
        legs = [await connected(line, phone) for phone in (silent, dying, held)]
        dying_port = legs[1][1]
        assert (await held.invite(line.target, body=held.sdp("sendonly"))).code == 200
        assert await until(legs[2][0], Hold) == Hold(True)
        sending = asyncio.create_task(send_all(dying.rtp, dying_port, evenly(2500), SILENT))
        never, died = await asyncio.gather(hear(legs[0][0], 9000), hear(legs[1][0], 9000))
        await sending
        for heard in (never, died):
            assert heard.ended is not None
            assert (heard.ended.code, heard.ended.by_far_end) == (408, True)
        # Time went on for a caller who sent nothing: that is how no-input is noticed.
        assert 1500 < never.wall_ms < 4500
        assert never.duration_ms == pytest.approx(never.wall_ms, rel=0.03, abs=60)
        assert died.wall_ms > never.wall_ms + 500  # looked after once a second
        assert (await silent.asked("BYE")).start
        assert legs[2][0] in line.endpoint.legs


IMPAIRED = {
    "burst loss of 5 %": burst_loss(evenly(PLAY_MS + 1500), 4),
    "jitter of 60 ms": jittered(evenly(PLAY_MS + 1500), 5),
    "reordered": swapped(evenly(PLAY_MS + 1500)),
    "each twice": repeated(evenly(PLAY_MS + 1500), 2),
    "ten times too many": evenly(PLAY_MS + 1500, every_ms=2),
}


async def test_sound_and_time_go_on_over_a_bad_line(line: Line) -> None:
    async def call(phone: RawPhone, leg: Leg, port: int, sendings: list[Sending]) -> Heard:
        sending = asyncio.create_task(send_all(phone.rtp, port, sendings, TONE))
        await hear(leg, 500)  # the jitter buffer learns
        heard = await hear(leg, PLAY_MS)
        await sending
        return heard

    async with contextual_phones(len(IMPAIRED)) as phones:
        legs = [await connected(line, phone) for phone in phones]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        results = await asyncio.gather(
            *(
                call(phone, *at, sendings)
                for phone, at, sendings in zip(phones, legs, IMPAIRED.values(), strict=True)
            )
        )
        grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
        for phone in phones:
            await phone.request("BYE", line.target)
    for name, heard in zip(IMPAIRED, results, strict=True):
        loud = sum(heard.loud_frames) / len(heard.loud_frames)
        off = heard.duration_ms / heard.wall_ms - 1
        assert abs(off) < 0.02 or abs(heard.duration_ms - heard.wall_ms) < 60
        assert loud > 0.85, name
    assert grown_kb < 20_000


@asynccontextmanager
async def contextual_phones(count: int) -> AsyncIterator[list[RawPhone]]:
    """So many phones."""
    phones = [RawPhone("127.0.0.1") for _ in range(count)]
    for phone in phones:
        await phone.__aenter__()
    yield phones
    for phone in phones:
        await phone.__aexit__()

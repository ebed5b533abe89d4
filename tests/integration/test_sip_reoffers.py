"""Offers that change a call that is up, and offers of encryption."""

from __future__ import annotations

import asyncio

import pytest
from raw_phone import RawPhone
from rtp_phone import evenly, hear, send_all, tone_payload
from sip_line import Line, open_line, until
from test_sip_rtp import connected

from voicebot.core.ports import Hold
from voicebot.sip.settings import Media, Srtp

KEY = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"


def offer(phone: RawPhone, codec: str, *, port: int = 0, direction: str = "sendrecv") -> str:
    """`codec` is a payload type and name: `8 PCMA`."""
    number, name = codec.split()
    sdp = phone.sdp(direction).replace("RTP/AVP 0 101", f"RTP/AVP {number} 101")
    sdp = sdp.replace("a=rtpmap:0 PCMU/8000", f"a=rtpmap:{number} {name}/8000")
    return sdp.replace(f"m=audio {phone.rtp_port}", f"m=audio {port or phone.rtp_port}")


async def test_codec_after_codec_address_after_address(line: Line, phone: RawPhone) -> None:
    leg, port = await connected(line, phone)
    rate = leg.rate
    for codec in ("8 PCMA", "9 G722", "0 PCMU", "9 G722", "8 PCMA", "0 PCMU"):
        answer = await phone.invite(line.target, body=offer(phone, codec, port=40_000))
        assert answer.code == 200
        assert f"RTP/AVP {codec.split()[0]}" in answer.body
    back = await phone.invite(line.target, body=offer(phone, "0 PCMU"))
    assert back.code == 200
    assert leg.rate == rate
    sending = asyncio.create_task(send_all(phone.rtp, port, evenly(1200), tone_payload()))
    heard = await hear(leg, 1000)
    await sending
    assert sum(heard.loud_frames) > 20
    assert abs(heard.duration_ms - heard.wall_ms) < 80


async def test_hold_and_resume_in_quick_succession(line: Line, phone: RawPhone) -> None:
    leg, _ = await connected(line, phone)
    for _ in range(5):
        for direction in ("sendonly", "sendrecv"):
            body = offer(phone, "0 PCMU", direction=direction)
            assert (await phone.invite(line.target, body=body)).code == 200
    holds = [await until(leg, Hold) for _ in range(10)]
    assert holds == [Hold(True), Hold(False)] * 5


async def test_an_offer_while_another_is_open_waits(line: Line, phone: RawPhone) -> None:
    leg, _ = await connected(line, phone)
    # Two in one breath: the first has no ACK yet when the second comes (RFC 3261 section 14.2).
    phone.send("INVITE", line.target, body=offer(phone, "8 PCMA"))
    first_cseq, first_branch = phone.cseq, phone.branch
    phone.send("INVITE", line.target, body=offer(phone, "0 PCMU"))
    codes = {}
    async with asyncio.timeout(5):
        while len(codes) < 2:
            answer = await phone.final()
            codes[int(answer.header("cseq").split()[0])] = answer.code
    assert codes[first_cseq] == 200
    assert codes[phone.cseq] in (491, 500)
    phone.send("ACK", line.target, cseq=phone.cseq)
    phone.branch = first_branch
    phone.send("ACK", line.target, cseq=first_cseq)
    assert (await phone.request("UPDATE", line.target, body=offer(phone, "0 PCMU"))).code == 200
    assert leg in line.endpoint.legs
    assert (await phone.request("BYE", line.target)).code == 200


@pytest.mark.parametrize(
    ("profile", "crypto", "code"),
    [("RTP/AVP", True, 200), ("RTP/SAVP", True, 200), ("RTP/AVP", False, 488)],
)
async def test_encryption_required(phone: RawPhone, profile: str, crypto: bool, code: int) -> None:
    media = Media(rtp_port_first=0, srtp=Srtp.REQUIRED)
    body = phone.sdp().replace("RTP/AVP", profile)
    body += f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}\r\n" if crypto else ""
    async with open_line(media=media) as line:
        phone.send("INVITE", line.target, body=body)
        if code == 200:
            leg = await line.ring()
            await leg.answer()
            answer = await phone.final()
            assert answer.code == 200
            assert "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" in answer.body
            phone.send("ACK", line.target, cseq=phone.cseq)
            # What is not encrypted is not heard.
            loud = tone_payload()
            sending = asyncio.create_task(
                send_all(
                    phone.rtp, int(answer.body.split("m=audio ")[1].split()[0]), evenly(600), loud
                )
            )
            heard = await hear(leg, 500)
            await sending
            assert not any(heard.loud_frames)
        else:
            assert (await phone.final()).code in (406, code)

"""One dialog, message by message."""

from __future__ import annotations

import asyncio
import re

import pytest
from raw_phone import Answer, RawPhone, rtp_port_of
from sip_line import Line, open_line, until

from voicebot.core.call import LegState
from voicebot.core.errors import DialRefused
from voicebot.core.ports import Audio, Hold, Keyed, Leg, LegEnded, ReferProgress, StateChanged
from voicebot.sip.settings import Media


async def connected(line: Line, phone: RawPhone, body: str | None = None) -> tuple[Leg, int]:
    """An answered call and our RTP port."""
    answering = asyncio.ensure_future(phone.invite(line.target, body=body))
    leg = await line.ring()
    await leg.answer()
    answer = await answering
    assert answer.code == 200
    return leg, rtp_port_of(answer)


async def test_sound_comes_frame_by_frame_though_no_packet_does(
    line: Line, phone: RawPhone
) -> None:
    leg, _ = await connected(line, phone)
    frames = 0
    async for event in leg.events():
        if isinstance(event, Audio):
            assert len(event.heard) == len(event.played)
            assert len(event.heard) % 160 == 0
            frames += len(event.heard) // 160
        if frames >= 25:
            break
    await leg.hang_up()
    ended = await until(leg, LegEnded)
    assert isinstance(ended, LegEnded)
    assert not ended.by_far_end


async def test_the_far_end_hangs_up(line: Line, phone: RawPhone) -> None:
    leg, _ = await connected(line, phone)
    assert (await phone.request("BYE", line.target)).code == 200
    ended = await until(leg, LegEnded)
    assert isinstance(ended, LegEnded)
    assert ended.by_far_end


async def test_a_caller_who_gives_up_while_it_rings(line: Line, phone: RawPhone) -> None:
    phone.send("INVITE", line.target, body=phone.sdp())
    leg = await line.ring()
    leg.ring()
    phone.send("CANCEL", line.target, cseq=phone.cseq)
    codes = {(await phone.final()).code, (await phone.final()).code}
    assert codes == {200, 487}
    ended = await until(leg, LegEnded)
    assert isinstance(ended, LegEnded)
    assert (ended.code, ended.by_far_end) == (487, True)


async def test_late_offer(line: Line, phone: RawPhone) -> None:
    leg, _ = await connected(line, phone, body="")
    assert isinstance(await until(leg, Audio), Audio)


async def test_hold_and_resume(line: Line, phone: RawPhone) -> None:
    leg, _ = await connected(line, phone)
    assert (await phone.invite(line.target, body=phone.sdp("sendonly"))).code == 200
    assert await until(leg, Hold) == Hold(True)
    assert isinstance(await until(leg, Audio), Audio)
    assert (await phone.invite(line.target, body=phone.sdp())).code == 200
    assert await until(leg, Hold) == Hold(False)


async def test_keys_by_info_in_either_shape(line: Line, phone: RawPhone) -> None:
    leg, _ = await connected(line, phone)
    bodies = [
        ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"),
        ("application/dtmf-relay", "Signal= 5\r\nDuration= 160"),
        ("application/dtmf-relay", "Signal=11\r\nDuration=100\r\n"),
        ("application/dtmf", "7"),
        ("application/dtmf", "*\r\n"),
    ]
    for content_type, body in bodies:
        answer = await phone.request("INFO", line.target, body=body, content_type=content_type)
        assert answer.code == 200
    keys = [await until(leg, Keyed) for _ in bodies]
    assert keys == [Keyed(key, "info") for key in "55#7*"]


def send_press(
    phone: RawPhone, port: int, sequence: int, timestamp: int, code: int, *, lost: int = 0
) -> int:
    """A key of 100 ms, the first `lost` of its packets lost; returns the next sequence number."""
    for step in range(1, 6):
        if step > lost:
            phone.send_key_packet(
                port,
                sequence=sequence + step,
                timestamp=timestamp,
                code=code,
                duration=160 * step,
                end=False,
            )
    for repeat in range(3):
        phone.send_key_packet(
            port,
            sequence=sequence + 6 + repeat,
            timestamp=timestamp,
            code=code,
            duration=800,
            end=True,
        )
    return sequence + 9


async def test_a_repeated_key_with_lost_packets_is_two_presses(line: Line, phone: RawPhone) -> None:
    leg, port = await connected(line, phone)
    sequence = send_press(phone, port, 1, 1000, 1)
    sequence = send_press(phone, port, sequence, 2600, 1, lost=5)
    sequence = send_press(phone, port, sequence, 4200, 1, lost=3)
    send_press(phone, port, sequence, 5800, 2)
    keys = [await until(leg, Keyed) for _ in range(4)]
    assert keys == [Keyed(key, "rfc4733") for key in "1112"]


async def test_a_press_sent_by_both_methods_is_told_of_by_both(line: Line, phone: RawPhone) -> None:
    leg, port = await connected(line, phone)
    send_press(phone, port, 1, 1000, 3)
    assert await until(leg, Keyed) == Keyed("3", "rfc4733")
    await phone.request(
        "INFO", line.target, body="Signal=3\r\n", content_type="application/dtmf-relay"
    )
    assert await until(leg, Keyed) == Keyed("3", "info")


async def test_session_timer(line: Line, phone: RawPhone) -> None:
    timer = {"Supported": "timer", "Session-Expires": "300"}
    answering = asyncio.ensure_future(phone.invite(line.target, headers=timer))
    leg = await line.ring()
    await leg.answer()
    assert (await answering).header("session-expires").startswith("300;refresher=")


async def test_what_we_offer(phone: RawPhone) -> None:
    media = Media(codecs=("G722", "PCMA"), rtp_port_first=0)
    async with open_line(media=media) as line:
        target = f"sip:ann@{phone.address}:{phone.port}"
        leg = await line.endpoint.dial(target, {"User-to-User": "00"}, caller_name="Bank")
        invite = await phone.asked("INVITE")
        assert invite.header("user-to-user") == "00"
        assert invite.header("from").startswith('"Bank" <sip:hotline@127.0.0.1>')
        assert re.search(r"^m=audio \d+ RTP/AVP 9 8 1\d\d\r$", invite.body, re.MULTILINE)
        assert "a=crypto:" in invite.body
        assert invite.body.count("m=") == 1
        phone.respond(invite, 486, line.target.split("@")[1])
        assert isinstance(await until(leg, LegEnded), LegEnded)


@pytest.mark.parametrize("headers", [{"X-A": "1\r\nRoute: <sip:evil>"}, {"X A": "1"}])
async def test_a_header_is_one_line(line: Line, headers: dict[str, str]) -> None:
    with pytest.raises(DialRefused):
        await line.endpoint.dial("sip:a@127.0.0.1:5999", headers)


async def test_callers_cannot_send_the_hotline_elsewhere(line: Line, phone: RawPhone) -> None:
    await connected(line, phone)
    refer = {"Refer-To": "<sip:premium@127.0.0.1>"}
    assert (await phone.request("REFER", line.target, headers=refer)).code == 603


@pytest.mark.parametrize("result", [200, 486])
async def test_a_transfer_and_its_result(line: Line, phone: RawPhone, result: int) -> None:
    leg, _ = await connected(line, phone)
    await leg.refer("sip:branch@127.0.0.1:5999")
    refer = await phone.asked("REFER")
    assert refer.header("refer-to") == "<sip:branch@127.0.0.1:5999>"
    phone.respond(refer, 202, line.target.split("@")[1])
    for code, state in ((100, "active;expires=60"), (result, "terminated;reason=noresource")):
        answer = await phone.request(
            "NOTIFY",
            line.target,
            headers={"Event": "refer", "Subscription-State": state},
            body=f"SIP/2.0 {code} Whatever\r\n",
            content_type="message/sipfrag;version=2.0",
        )
        assert answer.code == 200
    progress = await until(leg, lambda event: isinstance(event, ReferProgress) and event.final)
    assert progress == ReferProgress(result, True)
    assert leg.state is LegState.CONFIRMED


async def test_early_media(line: Line, phone: RawPhone) -> None:
    phone.send("INVITE", line.target, body=phone.sdp())
    leg = await line.ring()
    await leg.early_media()
    assert isinstance(await until(leg, Audio), Audio)
    await leg.hang_up(480)
    assert (await phone.final()).code == 480


def tag_of(message: Answer, header: str) -> str:
    """The tag of From or To."""
    return message.header(header).partition(";tag=")[2].partition(";")[0]


def listed(answer: Answer, name: str) -> set[str]:
    """A header's values, over all its lines."""
    return {part.strip() for line in answer.headers.get(name, ()) for part in line.split(",")}


async def test_options_within_a_dialog(line: Line, phone: RawPhone) -> None:
    """Many exchanges ask so now and then whether a call is still there."""
    leg, _ = await connected(line, phone)
    answer = await phone.request("OPTIONS", line.target)
    assert answer.code == 200
    assert {"INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO"} <= listed(answer, "allow")
    assert "application/sdp" in listed(answer, "accept")
    assert "timer" in listed(answer, "supported")
    assert phone.to_tag in answer.header("to")
    phone.send("OPTIONS", line.target, cseq=phone.cseq)
    assert (await phone.final()).code == 200
    assert leg.state is LegState.CONFIRMED
    assert (await phone.request("BYE", line.target)).code == 200


async def test_options_while_it_rings(line: Line, phone: RawPhone) -> None:
    phone.send("INVITE", line.target, body=phone.sdp())
    leg = await line.ring()
    leg.ring()
    ringing = await phone.provisional(180)
    phone.to_tag = tag_of(ringing, "to")
    assert (await phone.request("OPTIONS", line.target)).code == 200
    assert leg.state is LegState.EARLY
    await leg.hang_up(480)
    assert (await phone.final()).code == 480


async def test_options_that_come_out_of_order_or_ask_too_much(line: Line, phone: RawPhone) -> None:
    await connected(line, phone)
    phone.cseq += 10
    assert (await phone.request("OPTIONS", line.target)).code == 200
    phone.branch += "old"
    phone.send("OPTIONS", line.target, cseq=phone.cseq - 5)
    assert (await phone.final()).code == 500
    strange = await phone.request("OPTIONS", line.target, headers={"Require": "teleport"})
    assert (strange.code, strange.header("unsupported")) == (420, "teleport")
    assert (await phone.request("BYE", line.target)).code == 200


async def test_options_to_a_dialog_that_is_over(line: Line, phone: RawPhone) -> None:
    await connected(line, phone)
    assert (await phone.request("BYE", line.target)).code == 200
    assert (await phone.request("OPTIONS", line.target)).code == 481


async def test_a_phone_that_we_called_asks_too(line: Line, phone: RawPhone) -> None:
    leg = await line.endpoint.dial(f"sip:ann@{phone.address}:{phone.port}", {})
    invite = await phone.asked("INVITE")
    phone.call_id, phone.to_tag = invite.header("call-id"), tag_of(invite, "from")
    invite.headers["to"] = [f"{invite.header('to')};tag={phone.tag}"]
    phone.respond(invite, 180, line.target.split("@")[1])
    await until(leg, lambda event: event == StateChanged(LegState.EARLY, 180))
    assert (await phone.request("OPTIONS", line.target)).code == 200

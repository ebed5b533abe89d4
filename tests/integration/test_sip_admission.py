"""Who may call, and what everybody else sees: judged before anything of a call is set up."""

from __future__ import annotations

import asyncio

from raw_phone import RawPhone
from sip_line import Line, open_line

from voicebot.core.call import LegState
from voicebot.sip.settings import Trunk


async def test_a_stranger_gets_no_answer_at_all() -> None:
    async with (
        open_line(allowed_networks=("127.0.0.1/32",)) as line,
        RawPhone("127.0.0.2") as stranger,
        RawPhone("127.0.0.1") as friend,
    ):
        for method in ("INVITE", "OPTIONS", "REGISTER", "BYE", "NONSENSE"):
            stranger.send(method, line.target)
        assert await stranger.nothing_comes()
        assert (await friend.request("OPTIONS", line.target)).code == 200
        assert (await line.endpoint.guard_counts()).dropped == 5


async def test_a_trunk_is_known_by_its_address() -> None:
    trunk = Trunk("provider", "127.0.0.2", trust_identity=True)
    async with (
        open_line(allowed_networks=("127.0.0.1/32",), trunks=(trunk,)) as line,
        RawPhone("127.0.0.2") as provider,
    ):
        provider.send(
            "INVITE",
            line.target.replace("hotline@", "8001@"),
            body=provider.sdp(),
            headers={
                "P-Asserted-Identity": '"Real Ann" <tel:+4917055501>',
                "Diversion": "<sip:4711@example.org>;reason=no-answer",
                "User-to-User": "56a390f3d2b7310023a2;encoding=hex",
            },
        )
        leg = await line.ring()
        assert leg.state is LegState.INCOMING
        assert (leg.info.trunk, leg.info.called) == ("provider", "8001")
        assert (leg.info.caller, leg.info.caller_name) == ("+4917055501", "Real Ann")
        assert leg.info.diversion == "<sip:4711@example.org>;reason=no-answer"
        assert leg.info.user_to_user == "56a390f3d2b7310023a2;encoding=hex"
        await leg.hang_up(486)
        assert (await provider.final()).code == 486


async def test_an_identity_is_not_believed_without_trust(line: Line, phone: RawPhone) -> None:
    headers = {"P-Asserted-Identity": "<tel:+4917055501>"}
    phone.send("INVITE", line.target, body=phone.sdp(), headers=headers)
    leg = await line.ring()
    assert (leg.info.caller, leg.info.trunk) == ("ann", "")
    assert leg.info.asserted_identity == "<tel:+4917055501>"
    await leg.hang_up()
    assert (await phone.final()).code == 603


async def test_a_trunk_is_known_by_its_digest() -> None:
    trunk = Trunk("roaming", "example.invalid", inbound_user="roamer", inbound_password="secret")
    async with (
        open_line(
            allowed_networks=("127.0.0.1/32",),
            challenge_networks=("127.0.0.2/32",),
            trunks=(trunk,),
        ) as line,
        RawPhone("127.0.0.2") as roamer,
    ):
        challenge = await roamer.invite(line.target)
        assert challenge.code == 401
        roamer.to_tag = ""
        wrong = roamer.digest(
            challenge.header("www-authenticate"), "INVITE", f"sip:{line.target}", "roamer", "guess"
        )
        again = await roamer.invite(line.target, headers={"Authorization": wrong})
        assert again.code == 401
        roamer.to_tag = ""
        right = roamer.digest(
            again.header("www-authenticate"), "INVITE", f"sip:{line.target}", "roamer", "secret"
        )
        roamer.send("INVITE", line.target, body=roamer.sdp(), headers={"Authorization": right})
        leg = await line.ring()
        assert leg.info.trunk == "roaming"
        forged = right.replace('nonce="', 'nonce="0')
        await leg.hang_up(486)
        assert (await roamer.final()).code == 486
        roamer.to_tag = ""
        assert (await roamer.invite(line.target, headers={"Authorization": forged})).code == 401
        assert (await line.endpoint.guard_counts()).authenticated == 1


async def test_over_capacity_is_503_with_retry_after() -> None:
    async with (
        open_line(capacity=1, retry_after_s=7) as line,
        RawPhone("127.0.0.1") as first,
        RawPhone("127.0.0.1") as second,
    ):
        answering = asyncio.ensure_future(first.invite(line.target))
        leg = await line.ring()
        await leg.answer()
        assert (await answering).code == 200
        refused = await second.invite(line.target)
        assert (refused.code, refused.header("retry-after")) == (503, "7")
        assert (await first.request("BYE", line.target)).code == 200
        second.to_tag = ""
        retrying = asyncio.ensure_future(second.invite(line.target))
        leg = await line.ring()
        await leg.answer()
        assert (await retrying).code == 200


async def test_draining_refuses_new_calls_and_keeps_those_that_are_up(
    line: Line, phone: RawPhone
) -> None:
    answering = asyncio.ensure_future(phone.invite(line.target))
    leg = await line.ring()
    await leg.answer()
    assert (await answering).code == 200
    await line.endpoint.drain()
    async with RawPhone("127.0.0.1") as late:
        assert (await late.invite(line.target)).code == 503
        late.to_tag = ""
        assert (await late.request("OPTIONS", line.target)).code == 503
    assert leg.state is LegState.CONFIRMED
    assert (await phone.request("BYE", line.target)).code == 200

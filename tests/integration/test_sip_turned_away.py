"""Calls that are not answered: refused with a status, or sent elsewhere."""

from __future__ import annotations

import asyncio

import pytest
from raw_phone import RawPhone
from sip_line import Line, until

from voicebot.core.errors import DialRefused
from voicebot.core.ports import LegEnded


async def test_a_call_is_redirected(line: Line, phone: RawPhone) -> None:
    calling = asyncio.ensure_future(phone.invite(line.target))
    leg = await line.ring()
    await leg.redirect("sip:branch@127.0.0.1:5099")
    answer = await calling
    assert answer.code == 302
    contacts = answer.header("contact")
    assert contacts == "<sip:branch@127.0.0.1:5099>"
    ended = await until(leg, LegEnded)
    assert isinstance(ended, LegEnded)
    assert ended.code == 302


async def test_it_is_redirected_only_where_calls_may_go(line: Line, phone: RawPhone) -> None:
    calling = asyncio.ensure_future(phone.invite(line.target))
    leg = await line.ring()
    with pytest.raises(DialRefused):
        await leg.redirect("sip:anybody@example.com")
    await leg.hang_up(486)
    assert (await calling).code == 486

"""Thousands of SIP messages and descriptions of media that are almost right."""

from __future__ import annotations

import asyncio
import os
import re

from patient_line import PatientLine
from raw_phone import RawPhone
from raw_wire import Wire
from sip_fuzz import Dialog, Fuzzer

MESSAGES = int(os.environ.get("VOICEBOT_FUZZ_MESSAGES", "3000"))
SEED = int(os.environ.get("VOICEBOT_FUZZ_SEED", "4475"))
ROUND = 150
MOST_MORE_KB = 16 * MESSAGES
"""A refused INVITE lingers for 32 s with its message (RFC 3261 section 17.2.1): no more."""


async def begin_call(port: int) -> tuple[RawPhone, Dialog]:
    """A call that is up, for messages within it."""
    phone = await RawPhone("127.0.0.1").__aenter__()
    answer = await phone.invite(f"hotline@127.0.0.1:{port}")
    assert answer.code == 200, answer.start
    return phone, Dialog(phone.call_id, phone.tag, phone.to_tag)


async def is_alive(port: int) -> None:
    """OPTIONS is answered."""
    async with RawPhone("127.0.0.1") as phone:
        assert (await phone.request("OPTIONS", f"hotline@127.0.0.1:{port}")).code == 200


async def one_round(line: PatientLine, wire: Wire, fuzzer: Fuzzer, count: int) -> None:
    phone, dialog = await begin_call(line.port)
    for number, message in enumerate(fuzzer.messages(count, [dialog])):
        wire.send(message, line.port)
        if number % 25 == 24:
            await asyncio.sleep(0)
    await is_alive(line.port)
    await phone.__aexit__()


async def test_mutated_messages() -> None:
    async with PatientLine() as line, Wire() as wire:
        fuzzer = Fuzzer(SEED, wire.port)
        for _ in range(3):  # memory that is taken once
            await one_round(line, wire, fuzzer, ROUND)
        before = await line.until_idle()
        for _ in range(MESSAGES // ROUND):
            await one_round(line, wire, fuzzer, ROUND)
        after = await line.until_idle()
        more_kb = after["memory_kb"] - before["memory_kb"]
        assert after["calls"] > MESSAGES / 20
        assert more_kb < MOST_MORE_KB
        assert after["files"] <= before["files"] + 8
        phone, _ = await begin_call(line.port)
        bye = await phone.asked("BYE")
        assert re.match("BYE sip:", bye.start)
        await phone.__aexit__()

"""RFC 4733 as it really comes: lossy, late, doubled, and from senders who read it their own way.

Packets are made for a whole string of keys, put in order, thinned, and sent from one socket.
"""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import pytest
from raw_phone import RawPhone
from sip_line import WAIT_S, Line
from test_sip_dialog import connected

from voicebot.core.ports import Keyed, Leg

PACKET = 160
"""Samples between two packets: 20 ms."""
CODES = "0123456789*#"
LAST = "ABCD"
"""The event codes 12 to 15: none of them is in a test's string, so they tell its end."""


@dataclass(frozen=True)
class Packet:
    """One packet of an event."""

    key: int
    timestamp: int
    duration: int
    end: bool = False
    marker: bool = False


@dataclass(frozen=True)
class Sender:
    """How a far end sends a press."""

    press_ms: int = 100
    pause_ms: int = 50
    ends: int = 3
    updates: bool = True
    """False: end packets only."""
    constant: int = 0
    """Every packet tells this duration, where not 0."""
    moving: bool = False
    """The timestamp goes on within a press, with its ends, too."""
    marker: bool = False
    """The first packet of a press has the marker bit, as it should."""
    segment: int = 0xFFFF
    """The greatest duration that one segment tells."""

    def packets(self, keys: str) -> list[Packet]:
        every, began = [], 8_000
        for key in keys:
            every += self._press((CODES + LAST).index(key), began)
            began += (self.press_ms + self.pause_ms) * 8
        return every

    def _press(self, code: int, began: int) -> list[Packet]:
        packets = []
        for step in range(1, self.press_ms // 20 + self.ends + 1):
            done = min(step * PACKET, self.press_ms * 8)
            end = step > self.press_ms // 20
            segment = (done - 1) // self.segment
            if segment and (done - 1) % self.segment < PACKET:
                whole = began + (segment - 1) * self.segment
                packets.append(Packet(code, whole, self.segment))
            packet = Packet(
                code,
                began + segment * self.segment,
                self.constant or done - segment * self.segment,
                end,
                self.marker and step == 1,
            )
            if self.moving:
                packet = replace(packet, timestamp=began + (step - 1) * PACKET)
            packets += [packet] if end or self.updates else []
        return packets


class Wire:
    """Sends packets of one call in any order; each keeps the number that it was made with."""

    def __init__(self, phone: RawPhone, leg: Leg, port: int) -> None:
        self._phone, self._leg, self._port = phone, leg, port

    async def heard(self, packets: Iterable[tuple[int, Packet]]) -> str:
        """What the leg hears of numbered packets, and of one more press that ends the string."""
        number = 0
        for count, (number, packet) in enumerate(packets):
            self._send(number, packet)
            if count % 50 == 49:
                await asyncio.sleep(0.02)  # socket buffers are finite
        for index, packet in enumerate(Sender().packets("D")):
            late = replace(packet, timestamp=packet.timestamp + 50_000_000)
            self._send(number + 100 + index, late)
        return await self._until_last()

    def _send(self, number: int, packet: Packet) -> None:
        kind = 101 | (0x80 if packet.marker else 0)
        sequence, timestamp = number & 0xFFFF, packet.timestamp & 0xFFFFFFFF
        header = struct.pack(">BBHII", 0x80, kind, sequence, timestamp, 0x1234)
        flags = 0x8A if packet.end else 0x0A
        body = struct.pack(">BBH", packet.key, flags, packet.duration)
        self._phone.rtp.sendto(header + body, (self._phone.address, self._port))

    async def _until_last(self) -> str:
        keys = ""
        async with asyncio.timeout(WAIT_S):
            async for event in self._leg.events():
                if isinstance(event, Keyed):
                    if event.key == "D":
                        return keys
                    keys += event.key
        raise AssertionError("the leg ended first")


@pytest.fixture
async def wire(line: Line, phone: RawPhone) -> Wire:
    leg, port = await connected(line, phone)
    return Wire(phone, leg, port)


Loss = Callable[[list[Packet]], list[tuple[int, Packet]]]


def all_of(packets: list[Packet]) -> list[tuple[int, Packet]]:
    return list(enumerate(packets))


def early_ones_lost(packets: list[Packet]) -> list[tuple[int, Packet]]:
    """All updates of every second press, but its last one."""
    starts = sorted({packet.timestamp for packet in packets})
    second = set(starts[1::2])
    return [
        (number, packet)
        for number, packet in enumerate(packets)
        if packet.timestamp not in second or packet.end
    ]


def ends_lost(packets: list[Packet]) -> list[tuple[int, Packet]]:
    return [(number, packet) for number, packet in enumerate(packets) if not packet.end]


def doubled(packets: list[Packet]) -> list[tuple[int, Packet]]:
    return [pair for pair in enumerate(packets) for _ in range(2)]


def swapped(packets: list[Packet]) -> list[tuple[int, Packet]]:
    """The last end packet of each press comes after the first of the next."""
    order = list(enumerate(packets))
    for index in range(len(order) - 1):
        if order[index][1].end and not order[index + 1][1].end:
            order[index], order[index + 1] = order[index + 1], order[index]
    return order


SENDERS = {
    "as it should be": Sender(marker=True),
    "no marker": Sender(),
    "one end packet": Sender(ends=1),
    "short": Sender(press_ms=40, pause_ms=40),
    "end packets only": Sender(updates=False),
    "one end packet only": Sender(updates=False, ends=1),
    "constant durations": Sender(constant=800),
    "constant and too long": Sender(constant=1_600),
    "constant, end packets only": Sender(constant=2_000, updates=False),
    "moving timestamps": Sender(moving=True),
}


@pytest.mark.parametrize("name", SENDERS)
async def test_every_sender(wire: Wire, name: str) -> None:
    keys = "11122*##5555500"
    assert await wire.heard(all_of(SENDERS[name].packets(keys))) == keys


LOSSES: dict[str, Loss] = {
    "early ones lost": early_ones_lost,
    "ends lost": ends_lost,
    "doubled": doubled,
    "swapped": swapped,
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", ["as it should be", "no marker", "one end packet"])
async def test_every_line(wire: Wire, name: str, loss: str) -> None:
    keys = "1111223355555500"
    assert await wire.heard(LOSSES[loss](SENDERS[name].packets(keys))) == keys


def lossy(packets: list[Packet], share: float, seed: int) -> list[tuple[int, Packet]]:
    chance = random.Random(seed)
    return [pair for pair in enumerate(packets) if chance.random() >= share]


def late(packets: list[Packet], most_ms: int, seed: int) -> list[tuple[int, Packet]]:
    """Each packet is late by up to `most_ms`; they are sent 20 ms apart."""
    chance = random.Random(seed)
    order = [(number * 20 + chance.uniform(0, most_ms), number) for number in range(len(packets))]
    return [(number, packets[number]) for _, number in sorted(order)]


@pytest.mark.parametrize("name", ["as it should be", "no marker", "constant durations"])
async def test_five_percent_loss(wire: Wire, name: str) -> None:
    """300 keys at 100/50 ms, many of them repeats."""
    keys = "".join(random.Random(9).choices("1123", k=300))
    assert await wire.heard(lossy(SENDERS[name].packets(keys), 0.05, seed=4)) == keys


async def test_bursts_of_loss(wire: Wire) -> None:
    """Five packets in a row (100 ms) lost again and again, anywhere."""
    keys = "".join(random.Random(3).choices("112", k=100))
    chance, kept = random.Random(8), []
    left = 0
    for pair in enumerate(Sender().packets(keys)):
        left = left - 1 if left else (5 if chance.random() < 0.02 else 0)
        kept += [pair] if not left else []
    assert await wire.heard(kept) == keys


async def test_60_ms_of_jitter(wire: Wire) -> None:
    keys = "".join(random.Random(5).choices("1123", k=100))
    packets = SENDERS["no marker"].packets(keys)
    assert await wire.heard(late(packets, 60, seed=6)) == keys


async def test_a_key_held_for_longer_than_a_duration_can_tell(wire: Wire) -> None:
    """It goes on in another segment (RFC 4733 section 2.5.1.3)."""
    assert await wire.heard(all_of(Sender(press_ms=9_000).packets("7"))) == "7"


async def test_an_overtaken_press_of_end_packets_only(wire: Wire) -> None:
    """All its packets come after one of sound that was sent later."""
    first, second = Sender(updates=False).packets("11")[:3], Sender(updates=False).packets("11")[3:]
    early = [(10 + index, packet) for index, packet in enumerate(first)]
    overtaken = [(20 + index, packet) for index, packet in enumerate(second)]
    sound = (30, replace(first[0], key=200))  # no event: only its number counts
    assert await wire.heard([*early, sound, *overtaken, (40, first[0])][:-1]) == "11"

"""Calls that ring at a node: a fault in one of its doors ends that call, and no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

from voicebot.app.duty import Duty
from voicebot.app.node import Node
from voicebot.core.call import LegInfo
from voicebot.core.ports import Leg, LegEnded
from voicebot.sim.line import SimLeg


class Broken:
    """A door that everything goes wrong at."""

    def dialed(self, leg: Leg) -> None:
        """No star code."""

    def called(self, leg: Leg) -> object:
        raise RuntimeError("a fault of ours")


class Line:
    """Two calls ring, one after the other; then nobody calls."""

    def __init__(self) -> None:
        self.legs = [SimLeg(LegInfo(called="hotline"), name=name) for name in ("one", "two")]

    async def incoming(self) -> AsyncIterator[Leg]:
        for leg in self.legs:
            yield leg
            await asyncio.sleep(0)

    async def is_there(self, _address: str) -> bool:
        """Nobody is asked after."""
        return True


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def test_a_fault_at_a_door_ends_one_call() -> None:
    duty, line = Duty(), Line()
    calls = SimpleNamespace(flows=(), drain_s=1)
    settings: Any = SimpleNamespace(hotline=SimpleNamespace(calls=calls))
    watched: Any = SimpleNamespace(watch=_for_ever, prepare=_for_ever)
    directory: Any = SimpleNamespace(router=SimpleNamespace(agents={}))
    rest: Any = SimpleNamespace()
    node = Node(
        *(settings, duty, cast("Any", line), rest, directory, watched, watched),
        *(cast("Any", Broken()), cast("Any", Broken()), None),
    )
    running = asyncio.ensure_future(node.run())
    async with asyncio.timeout(5):
        for leg in line.legs:
            assert [event async for event in leg.events()][-1] == LegEnded(500, by_far_end=False)
    assert not running.done()
    running.cancel()
    await asyncio.wait([running])

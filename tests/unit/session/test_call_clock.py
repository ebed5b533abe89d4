"""A call's facts keep their order and distances when the machine's clock is set under it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from voicebot.session.journal import CallClock
from voicebot.sim.clock import run_virtual

BEGAN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
JUMPS = st.lists(st.tuples(st.floats(0, 60), st.timedeltas(max_value=timedelta(days=9_999))))


@given(JUMPS)
def test_it_passes_as_time_does_whatever_the_wall_clock_does(
    jumps: list[tuple[float, timedelta]],
) -> None:
    async def call() -> None:
        wall = BEGAN
        clock, waited_s = CallClock(lambda: wall), 0.0
        for wait_s, jump in jumps:
            await asyncio.sleep(wait_s)
            waited_s += wait_s
            wall = BEGAN + max(jump, timedelta(days=-9_999))
            assert abs(clock() - BEGAN - timedelta(seconds=waited_s)) < timedelta(milliseconds=1)

    run_virtual(call())

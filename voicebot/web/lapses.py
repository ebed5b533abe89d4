"""Looks for deadlines of escalations that have passed, for as long as the node serves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from voicebot.store.database import DatabaseAway
from voicebot.store.escalations import EscalationStore

log = logging.getLogger(__name__)

LOOK_S = 5.0


async def watch(escalations: EscalationStore) -> None:
    """For ever."""
    while True:
        try:
            for one in await asyncio.to_thread(escalations.lapse):
                fields = {"escalation": one.id, "lapses": one.lapses}
                log.warning("an escalation was not seen to in time", extra=fields)
        except DatabaseAway as error:
            log.warning("escalations cannot be read", extra={"reason": str(error)})
        await asyncio.sleep(LOOK_S)


@asynccontextmanager
async def watching(escalations: EscalationStore) -> AsyncIterator[None]:
    """Look while the block runs."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(watch(escalations), name="escalations")
        try:
            yield
        finally:
            task.cancel()

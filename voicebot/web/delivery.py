"""Delivers what waits in the outbox, for as long as the node serves.

No call knows of it: a receiver that is slow, or away for a day, costs nobody anything.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from voicebot.core.afterwards import Mail
from voicebot.core.errors import EngineError
from voicebot.core.ports import Backend
from voicebot.store.database import DatabaseAway
from voicebot.store.outbox import NoticeState, OutboxStore, Waiting, channel_of
from voicebot.web.mail import MailRefused, send
from voicebot.web.settings import MailSettings
from voicebot.web.webhook import WebhookRefused, post

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""The outbox is looked into so often."""


class Delivery:
    """Sends notices, and tells the outbox how it went."""

    def __init__(
        self,
        outbox: OutboxStore,
        backend: Backend,
        secrets: Mapping[str, str],
        mail: MailSettings,
        data: Path,
    ) -> None:
        self._outbox, self._backend, self._secrets = outbox, backend, secrets
        self._mail, self._data = mail, data

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self.once()
            except DatabaseAway as error:
                log.warning("the outbox cannot be read", extra={"reason": str(error)})
            except ExceptionGroup as error:
                reason = type(error.exceptions[0]).__name__
                log.error("the outbox cannot be written", extra={"reason": reason})
            await asyncio.sleep(LOOK_S)

    async def once(self) -> int:
        """Send what is due; returns how many notices that were. Raises `DatabaseAway`."""
        entries = await asyncio.to_thread(self._outbox.due)
        async with asyncio.TaskGroup() as group:
            for entry in entries:
                group.create_task(self._deliver(entry), name="deliver")
        return len(entries)

    async def _deliver(self, entry: Waiting) -> None:
        try:
            await self._send(entry)
        except EngineError as error:
            for_good = isinstance(error, MailRefused | WebhookRefused)
            await self._failed(entry, str(error), for_good=for_good)
        except Exception as error:
            # A fault of ours: its text may quote the notice, and the others must be sent.
            await self._failed(entry, type(error).__name__)
        else:
            await asyncio.to_thread(self._outbox.sent, entry.notice.id)

    async def _failed(self, entry: Waiting, error: str, *, for_good: bool = False) -> None:
        state = await asyncio.to_thread(self._outbox.failed, entry, error, for_good=for_good)
        self._tell(entry, state, error)

    async def _send(self, entry: Waiting) -> None:
        notice = entry.notice
        if isinstance(notice.message, Mail):
            await asyncio.to_thread(send, notice.message, notice.id, self._mail, self._data)
        else:
            now_s = round(time.time())
            await post(notice.message, notice.id, now_s, self._backend, self._secrets)

    def _tell(self, entry: Waiting, state: NoticeState, error: str) -> None:
        fields = {"notice": entry.notice.id, "channel": channel_of(entry.notice), "reason": error}
        if state is NoticeState.DEAD:
            log.error("a notice is given up: voicebot outbox list", extra=fields)
        elif not entry.attempts:
            log.warning("a notice was not taken; it is tried again", extra=fields)


@asynccontextmanager
async def delivering(delivery: Delivery) -> AsyncIterator[None]:
    """Deliver while the block runs; what is left waits for the next start."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(delivery.run(), name="delivery")
        try:
            yield
        finally:
            task.cancel()

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
ADOPT_EVERY = 30
"""At every so-manieth look, what nodes that are gone have left is taken over."""
AT_ONCE = 50
"""Notices under way; a receiver that does not answer holds up as many for 20 s at most."""


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
        self._under_way: set[str] = set()

    async def run(self) -> None:
        """For ever. A receiver that is slow holds up no other."""
        looks = 0
        async with asyncio.TaskGroup() as group:
            while True:
                try:
                    if looks % ADOPT_EVERY == 0:
                        await asyncio.to_thread(self._outbox.adopt)
                    is_more = await self._begin(group)
                except DatabaseAway as error:
                    log.warning("the outbox cannot be read", extra={"reason": str(error)})
                    is_more = False
                looks += 1
                await asyncio.sleep(0.05 if is_more else LOOK_S)

    async def _begin(self, group: asyncio.TaskGroup) -> bool:
        """Begin to send what is due; True where more may wait."""
        room = AT_ONCE - len(self._under_way)
        if room <= 0:
            return True
        entries = await asyncio.to_thread(self._outbox.due, AT_ONCE)
        begun = [entry for entry in entries if entry.notice.id not in self._under_way][:room]
        for entry in begun:
            self._under_way.add(entry.notice.id)
            group.create_task(self._see_to(entry), name="deliver")
        return len(begun) == room

    async def _see_to(self, entry: Waiting) -> None:
        try:
            await self._deliver(entry)
        except DatabaseAway as error:
            # It is sent once more then: its receiver knows the id.
            log.error("the outbox cannot be written", extra={"reason": str(error)})
        finally:
            self._under_way.discard(entry.notice.id)

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

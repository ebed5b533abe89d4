"""One node, from its start to its stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from contextlib import AsyncExitStack
from typing import Any

from voicebot.app.announcing import Announce
from voicebot.app.start import start_node
from voicebot.config import Settings

log = logging.getLogger(__name__)

HAND_OVER_S = 0.0005
"""The thread of SIP asks for the interpreter's lock anew after each call into pjsua2, some ten
times from an INVITE to its answer, and waits up to so long each time while the calls' sound is
listened to. Python's default is ten times as much: with many calls a tenth of a second in all."""

GARBAGE_THRESHOLDS = 10_000, 5, 2
"""By default 700 objects more than went set off a search for garbage, and one frame of a hundred
calls makes more. The oldest objects are searched about as often as by default: calls are garbage
by then."""


async def serve(settings: Settings, announce: Announce) -> None:
    """Run one node until SIGTERM or SIGINT. Raises `ConfigError` where it cannot start."""
    asyncio.get_running_loop().set_exception_handler(_log_fault)
    sys.setswitchinterval(HAND_OVER_S)
    async with AsyncExitStack() as stack:
        node = await start_node(settings, stack, announce)
        # What is there now stays: looking through all of it again and again holds up the calls.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GARBAGE_THRESHOLDS)
        await node.run()
    announce("Stopped.")


def _log_fault(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """asyncio's own report quotes tasks and exceptions, which may hold what a caller said."""
    error = context.get("exception")
    log.error("fault in a task", exc_info=error, extra={"what": context.get("message", "")})

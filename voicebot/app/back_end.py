"""What the hotline asks and tells over HTTP and mail: the flows' back ends, and who is notified."""

from __future__ import annotations

from contextlib import AsyncExitStack

from voicebot.app.announcing import Announce
from voicebot.config import Settings
from voicebot.config.secret_files import read_secrets
from voicebot.core.errors import ConfigError
from voicebot.store.opening import Store
from voicebot.web.backend import HttpBackend
from voicebot.web.delivery import Delivery, delivering
from voicebot.web.demo_bank import create_app as create_demo_bank
from voicebot.web.server import start_server


async def back_end(
    settings: Settings, store: Store, stack: AsyncExitStack, announce: Announce
) -> HttpBackend:
    """Where http nodes send their requests; from now on notices are delivered, too."""
    hotline = settings.hotline
    secrets = read_secrets(hotline.secrets)
    backend = HttpBackend(hotline.backend, secrets)
    stack.push_async_callback(backend.close)
    delivery = Delivery(store.outbox, backend, secrets, hotline.mail, settings.data)
    await stack.enter_async_context(delivering(delivery))
    if hotline.demo_bank.enabled:
        await _demo_bank(hotline.demo_bank.port, stack, announce)
    return backend


async def _demo_bank(port: int, stack: AsyncExitStack, announce: Announce) -> None:
    """Start it, or use the one of another hotline on this machine."""
    try:
        bank = await start_server(create_demo_bank(), "127.0.0.1", port, name="demo_bank")
    except ConfigError as error:
        announce(f"Note: {error.problems[0].message}; the sample flows ask what answers there")
    else:
        stack.push_async_callback(bank.stop)

"""What is said to the person at the terminal while a node starts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from voicebot.config import Settings
from voicebot.sip.endpoint import SipEndpoint

Announce = Callable[[str], None]
"""Where lines for the person at the terminal go."""

SAMPLE_CALL = '--say "I lost my card" --dtmf 4321 --say "no thank you" --say goodbye'
"""A call that the sample bank serves to its end."""

PATIENCE_S = 2.0
"""A step of the start that takes longer says what it is."""


@contextmanager
def patiently(what: str, announce: Announce) -> Iterator[None]:
    """Say what is waited for, if it takes a while."""
    loop = asyncio.get_running_loop()
    saying = loop.call_later(PATIENCE_S, announce, f"Starting: {what}")
    try:
        yield
    finally:
        saying.cancel()


def say_where(settings: Settings, line: SipEndpoint, announce: Announce) -> None:
    """Addresses, and a call to try."""
    for address in line.addresses:
        announce(f"SIP      {address}")
    where, _, parameters = line.addresses[0].partition(";")
    port = where.rsplit(":", 1)[-1]
    flow = settings.hotline.calls.default_flow
    uri = f"sip:{flow}@127.0.0.1:{port}"
    if parameters:
        uri = f"'{uri};{parameters}'"
    steps = f" {SAMPLE_CALL}" if flow == "bank_en" else ""
    announce(f"Try it   .venv/bin/voicebot call {uri}{steps}")

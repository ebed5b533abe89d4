"""The caller: whoever types, or a file."""

from __future__ import annotations

import asyncio
import sys

from voicebot.flow.actions import Listen
from voicebot.flow.events import Event, NoInput, NoMatch, Typed
from voicebot.turns.digits import Collected, CollectReason, DigitCollector, DigitEvent

_KEYS = set("0123456789*#")


class HungUp(Exception):
    """The caller is gone."""


class Keyboard:
    """What is typed for a caller to say and to key in."""

    def __init__(self) -> None:
        self._keys = ""
        """Keys typed ahead."""

    async def answer(self, listen: Listen) -> Event | str:
        """What the caller does where the flow listens: a text is what they say. Raises `HungUp`."""
        takes_keys = listen.expectation.keys is not None
        if self._keys and takes_keys:
            return self._collected(listen)
        line = await asyncio.to_thread(_read)
        if line == "/hangup":
            raise HungUp
        if line and set(line) <= _KEYS:
            self._keys += line.removeprefix("#") or line
            return self._collected(listen) if takes_keys else NoInput()
        return line if line and listen.expectation.speech else NoInput()

    def _collected(self, listen: Listen) -> Event:
        keys = listen.expectation.keys
        assert keys is not None
        collector = DigitCollector(keys, listen.timing.inter_digit_ms)
        events: list[DigitEvent] = []
        while self._keys and not collector.ended:
            key, self._keys = self._keys[0], self._keys[1:]
            events += collector.key(key, 0)
        events += collector.tick(listen.timing.inter_digit_ms)
        collected = next((event for event in events if isinstance(event, Collected)), None)
        if collected is None:
            return NoInput()
        if self._keys[:1] and self._keys[0] in keys.terminators:
            self._keys = self._keys[1:]
        is_valid = collected.reason is not CollectReason.INVALID
        return Typed(collected.digits) if is_valid else NoMatch()


def _read() -> str:
    is_terminal = sys.stdin.isatty()
    if is_terminal:
        print("you    ", end="", flush=True)
    line = sys.stdin.readline()
    if not line:
        raise HungUp
    if not is_terminal:
        print(f"you    {line.strip()}")
    return line.strip()

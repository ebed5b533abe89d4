"""Keys that an agent presses in a talk: what they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voicebot.core.transfers import Target, TargetKind, TransferMode
from voicebot.session.talk_settings import TransferSettings

PLAIN = ("conference", "complete", "take_back", "hold", "mute")
"""Keys that need nothing behind them, by their names in the settings."""
PAUSE_MS = 5_000
"""What was begun is forgotten after this without a key."""
MOST_DIGITS = 24


@dataclass(frozen=True, slots=True)
class HandOver:
    """Send the caller on."""

    target: Target
    mode: TransferMode


@dataclass(frozen=True, slots=True)
class Unknown:
    """A code that leads nowhere."""


class Plain(str):
    """One of `PLAIN`."""

    __slots__ = ()


Asked = HandOver | Unknown | Plain


class TalkKeys:
    """The keypad of an agent's phone during a talk."""

    def __init__(self, settings: TransferSettings, numbers: Mapping[str, str]) -> None:
        """`numbers`: agents by the numbers that they are known by."""
        self._settings, self._numbers = settings, numbers
        self._typed = ""
        self._last_ms = 0

    def feed(self, key: str, now_ms: int) -> Asked | None:
        """One more key; what is asked for, once it is whole. A star begins anew."""
        if now_ms - self._last_ms > PAUSE_MS or key == "*":
            self._typed = ""
        self._last_ms = now_ms
        self._typed += key
        settings, typed = self._settings, self._typed
        if not typed.startswith("*") or len(typed) > MOST_DIGITS:
            self._typed = ""
            return None
        for name in PLAIN:
            if typed == getattr(settings, name):
                self._typed = ""
                return Plain(name)
        return self._hand_over(typed) if key == "#" else None

    def _hand_over(self, typed: str) -> Asked | None:
        self._typed, settings = "", self._settings
        for mode, code in (
            (TransferMode.ATTENDED, settings.attended),
            (TransferMode.BLIND, settings.blind),
        ):
            if code and typed.startswith(code):
                digits = typed.removeprefix(code)[:-1]
                target = keyed_target(digits, settings, self._numbers)
                if target is None and digits and settings.numbers:
                    target = Target(TargetKind.NUMBER, digits)
                return Unknown() if target is None else HandOver(target, mode)
        return Unknown()


def keyed_target(
    digits: str, settings: TransferSettings, numbers: Mapping[str, str]
) -> Target | None:
    """Where a code, or an agent's number, leads; None for anything else. `numbers`: agents by the
    numbers that they are known by."""
    if digits in settings.codes:
        return Target.parse(settings.codes[digits])
    return Target(TargetKind.AGENT, numbers[digits]) if digits in numbers else None

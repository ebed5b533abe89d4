"""Somebody's phone in a call: what it does, followed until it ends."""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol

from voicebot.core.errors import CallError
from voicebot.core.ports import Leg, ReferRequested

DECLINED = 603
"""What a phone is told whose REFER is not carried out."""


class FarEnd(Protocol):
    """A leg whose events somebody follows."""

    leg: Leg | None
    """None until it is dialed."""
    keys: str
    """Keys that were pressed there and not taken yet."""
    held: bool
    """Whoever is there put us on hold."""
    refer: ReferRequested | None
    """Where the phone wants the call sent to, by REFER; whoever takes it sets it to None."""

    @property
    def ended(self) -> bool:
        """The leg is gone."""
        ...

    async def hang_up(self) -> None:
        """End the leg, in whatever state it is; harmless when it has ended."""
        ...


def take_keys(far_end: FarEnd) -> str:
    """Keys that were pressed since the last time."""
    keys, far_end.keys = far_end.keys, ""
    return keys


async def decline_refer(far_end: FarEnd) -> None:
    """A phone that may not send the caller elsewhere hears so, where it tried."""
    refer, far_end.refer = far_end.refer, None
    if refer is not None and far_end.leg is not None:
        with suppress(CallError):
            await far_end.leg.tell_referrer(DECLINED)

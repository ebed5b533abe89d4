"""One leg as the session sees it: events, sound and commands, all on the asyncio loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pjsua2 as pj

from voicebot.audio.resample import Resampler
from voicebot.core.audio import NARROWBAND, Pcm, Samples
from voicebot.core.call import LegId, LegInfo, LegState
from voicebot.core.errors import CallError, LegGone
from voicebot.core.ports import Leg, LegEnded, LegEvent, ReferRequested, StateChanged
from voicebot.sip.dialog import Dialog
from voicebot.sip.inbox import Inbox
from voicebot.sip.owner import OwnerThread

KEY_MS = 120
"""Length of a key that we send, in ms; pjmedia pauses as long after it."""

EARLY_MEDIA_S = 5.0
"""Early media runs at once, or not before the far end answers our own offer: without PRACK that is
never (RFC 3264, RFC 3262), and nothing else would end such a call."""

_DECLINE = 603

_INT16 = np.dtype("<i2")

_COUNTERS = ("frames_in", "frames_out", "played", "underruns", "overruns", "refused")

_HARMLESS = frozenset({"respond", "end", "hear_no_more"})
"""Commands that are no mistake on a dialog that has just ended."""


class SipLeg:
    """`Leg` over pjsua2. Made by `SipEndpoint`."""

    def __init__(
        self,
        owner: OwnerThread,
        leg_id: LegId,
        info: LegInfo,
        state: LegState,
        resolve: Callable[[str], str],
    ) -> None:
        """`resolve` turns a target into an allowed SIP URI, or raises `DialRefused`."""
        self._owner = owner
        self._resolve = resolve
        self._id = leg_id
        self._info = info
        self._state = state
        self._rate = NARROWBAND
        self._telephone_events = True
        self._dialog: Dialog | None = None
        self._port: Any = None
        self._counters: dict[str, int] = {}
        self._inbox = Inbox()
        self._settled = asyncio.Event()
        self._gone = asyncio.Event()
        self._hears: dict[SipLeg, Resampler] = {}
        self._heard_by: set[SipLeg] = set()
        self._forget: Callable[[SipLeg], object] = lambda leg: None

    # ------------------------------------------------------------- what it is

    @property
    def id(self) -> LegId:
        return self._id

    @property
    def info(self) -> LegInfo:
        return self._info

    @property
    def state(self) -> LegState:
        return self._state

    @property
    def rate(self) -> int:
        return self._rate

    @property
    def telephone_events(self) -> bool:
        return self._telephone_events

    @property
    def pending_ms(self) -> float:
        return 0.0 if self._port is None else self._port.pending() * 1000 / self._rate

    @property
    def counters(self) -> dict[str, int]:
        """Frames and faults of the sound so far; empty until there is some."""
        if self._port is not None:
            counters = self._port.counters()
            self._counters = {name: getattr(counters, name) for name in _COUNTERS}
        return dict(self._counters)

    def events(self) -> AsyncIterator[LegEvent]:
        return self._inbox.read()

    # ------------------------------------------------------------- commands

    def ring(self) -> None:
        self._owner.post(partial(self._on_owner, "respond", 180))

    async def early_media(self) -> None:
        await self._run("respond", 183)
        try:
            async with asyncio.timeout(EARLY_MEDIA_S):
                await self._until_media()
        except TimeoutError:
            raise CallError("no early media: the INVITE had no offer that could be met") from None

    async def answer(self) -> None:
        await self._run("respond", 200)
        await self._until_media()

    async def hang_up(self, code: int = 0) -> None:
        if not self._gone.is_set():
            refusing = self._state in (LegState.INCOMING, LegState.EARLY)
            status = code or (_DECLINE if refusing else 0)
            await self._owner.run(partial(self._on_owner, "end", status))

    async def redirect(self, target: str) -> None:
        await self._run("redirect", self._resolve(target))

    def abandon(self) -> None:
        """End a leg whose caller gave up before its INVITE was known to be sent."""
        self._owner.post(partial(self._on_owner, "end", 0))

    def play(self, pcm: Pcm) -> None:
        if self._port is not None:
            if pcm.rate != self._rate:
                raise ValueError(f"sound at {pcm.rate} Hz for a leg at {self._rate} Hz")
            self._port.write(pcm.to_bytes())

    def flush(self) -> Pcm:
        rest = b"" if self._port is None else self._port.flush()
        return Pcm.from_bytes(rest, self._rate)

    async def bridge(self, other: Leg) -> None:
        await self.hear(other, on=True)
        await other.hear(self, on=True)

    async def unbridge(self, other: Leg) -> None:
        await self.hear(other, on=False)
        await other.hear(self, on=False)

    async def hear(self, other: Leg, *, on: bool) -> None:
        peer = _own(other)
        gone = self._gone.is_set() or peer._gone.is_set()
        if gone and on:
            raise LegGone("a leg of the bridge is gone")
        if on:
            self._hears[peer] = Resampler(peer.rate, self.rate)
            peer._heard_by.add(self)
        else:
            self._hears.pop(peer, None)
            peer._heard_by.discard(self)
        if not gone:
            await self._run("hear" if on else "hear_no_more", peer._dialog)

    async def refer(self, target: str) -> None:
        await self._run("refer", self._resolve(target))

    async def tell_referrer(self, code: int) -> None:
        await self._run("tell_referrer", code)

    async def send_keys(self, keys: str) -> None:
        await self._run("key", keys, KEY_MS)
        await self.until_gone(2 * KEY_MS * len(keys) / 1000)

    # ------------------------------------------------------------- from the owner thread

    def hear_of(self, event: LegEvent) -> None:
        """`Ear`: an event of the dialog."""
        self._owner.tell(self._accept, event)

    def media_runs(self, port: Any, rate: int) -> None:
        """`Ear`: there is sound from now on."""
        self._owner.tell(self._open, port, rate)

    def telephone_events_agreed(self, *, on: bool) -> None:
        """`Ear`: whether the far end signals keys, as it said last."""
        self._owner.tell(setattr, self, "_telephone_events", on)

    def attach(self, dialog: Dialog) -> None:
        """The dialog that the commands go to; on the owner thread, before anything else."""
        self._dialog = dialog

    def end_if_taken(self, number: int) -> None:
        """End the leg when pjsua gave its call's number to another; on the owner thread."""
        if self._dialog is not None:
            self._dialog.end_if_taken(number)

    def referred(self, sip_call_id: str, refer: ReferRequested | None) -> None:
        """Tell of a REFER that came in a dialog, if it is this one; on the owner thread. None for
        one that cannot be read."""
        if self._dialog is not None:
            self._dialog.referred(sip_call_id, refer)

    def end_if_lost(self, now_s: float) -> None:
        """End the leg when its far end has sent nothing for too long; on the owner thread."""
        if self._dialog is not None:
            self._dialog.end_if_lost(now_s)

    # ------------------------------------------------------------- on the loop

    def heard_and_played(self) -> tuple[Samples, Samples] | None:
        """What the port gathered since the last time; None if nothing."""
        both = b"" if self._port is None else self._port.read()
        if not both:
            return None
        samples = np.frombuffer(both, dtype=_INT16)
        half = len(samples) // 2
        return samples[:half], samples[half:]

    def deliver(self, heard: Samples, played: Samples) -> None:
        """Hand sound to the reader."""
        self._inbox.add_sound(heard, played, self._rate)

    def when_gone(self, forget: Callable[[SipLeg], object]) -> None:
        """What to call on the loop when the leg has ended."""
        self._forget = forget

    async def until_gone(self, timeout_s: float) -> None:
        """Return when the leg has ended, or after `timeout_s`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._gone.wait()

    @property
    def hears(self) -> Mapping[SipLeg, Resampler]:
        """The legs that this one hears, each with its way to our rate."""
        return self._hears

    def _accept(self, event: LegEvent) -> None:
        if isinstance(event, StateChanged):
            self._state = event.state
        if isinstance(event, LegEnded):
            self._end(event)
        else:
            self._inbox.push(event)

    def _open(self, port: Any, rate: int) -> None:
        self._rate = rate
        self._port = port
        self._settled.set()

    def _end(self, event: LegEnded) -> None:
        if self._gone.is_set():
            return
        self._state = LegState.DISCONNECTED
        self._counters = self.counters
        self._port = None
        self._gone.set()
        self._settled.set()
        for peer in self._hears:
            peer._heard_by.discard(self)
        for peer in self._heard_by:
            peer._hears.pop(self, None)
        self._hears.clear()
        self._heard_by.clear()
        self._inbox.push(event)
        self._forget(self)
        if self._dialog is not None:
            self._owner.post(self._dialog.release)

    async def _until_media(self) -> None:
        await self._settled.wait()
        if self._gone.is_set():
            raise LegGone("the leg ended before its media ran")

    async def _run(self, command: str, *arguments: object) -> None:
        """A command of the dialog; `LegGone` when there is none any more."""
        if self._gone.is_set():
            raise LegGone(f"{command}: the leg is gone")
        try:
            await self._owner.run(partial(self._on_owner, command, *arguments))
        except pj.Error as error:
            raise CallError(f"{command}: {error.reason}") from None

    def _on_owner(self, command: str, *arguments: object) -> None:
        if self._dialog is not None and not self._dialog.gone:
            getattr(self._dialog, command)(*arguments)
        elif command not in _HARMLESS:
            raise LegGone(f"{command}: the leg is gone")


def _own(leg: Leg) -> SipLeg:
    if not isinstance(leg, SipLeg):
        raise TypeError("only legs of the same endpoint can be bridged")
    return leg

"""The SIP user agent: `Telephone` over pjsua2.

async with SipEndpoint(settings) as line:
    async for leg in line.incoming(): ...
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import re
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import pjsua2 as pj

from voicebot.core.call import LegId, LegInfo, LegState
from voicebot.core.errors import CallError, DialRefused
from voicebot.core.ports import Leg
from voicebot.sip.account import Account
from voicebot.sip.destinations import Route, route
from voicebot.sip.dialog import Dialog
from voicebot.sip.info import digest_user, read_invite
from voicebot.sip.leg import SipLeg
from voicebot.sip.owner import OwnerThread
from voicebot.sip.probes import Probes, is_there, send_options
from voicebot.sip.refer_to import read_refer_to, read_replaces
from voicebot.sip.registration import Registration
from voicebot.sip.rounds import Rounds
from voicebot.sip.settings import SipSettings, Trunk
from voicebot.sip.stack import GuardCounts, Stack
from voicebot.sip.ticker import Ticker
from voicebot.sip.trunks import trunk_of, within

_log = logging.getLogger(__name__)

_LINGER_S = 2.0
"""How long the end of the program waits for the answers to its BYEs."""


class SipEndpoint:
    """One per process: pjsua2 has one endpoint."""

    def __init__(self, settings: SipSettings) -> None:
        self._settings = settings
        self._probes = Probes()
        self._stack = Stack(settings, self._on_invite, self._on_registration, self._on_probed)
        self._legs: dict[LegId, SipLeg] = {}
        self._ringing: asyncio.Queue[SipLeg | None] = asyncio.Queue()
        self._numbers = itertools.count(1)
        self._registrations: dict[str, Registration] = {}

    async def __aenter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="voicebot-sip-")
        self._owner = OwnerThread(self._poll)
        try:
            await self._owner.run(partial(self._stack.open, Path(self._folder.name)))
        except BaseException:
            await self._owner.run(self._stack.close)
            await self._owner.stop()
            self._folder.cleanup()
            raise
        await self._owner.run(partial(self._owner.poll_from_now_on, on=True))
        self._ticker = Ticker(self._legs.values())
        self._rounds = Rounds(partial(self._owner.post, self._round))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.drain()
        self._ringing.put_nowait(None)
        await self._hang_up_all()
        self._rounds.stop()
        self._ticker.stop()
        await self._owner.run(partial(self._owner.poll_from_now_on, on=False))
        await self._owner.run(self._stack.close)
        await self._owner.stop()
        self._folder.cleanup()

    # ------------------------------------------------------------- what it says of itself

    @property
    def addresses(self) -> tuple[str, ...]:
        """Our SIP URIs, one a transport."""
        return self._stack.addresses

    @property
    def registrations(self) -> tuple[Registration, ...]:
        """Where each trunk's registration stands."""
        return tuple(self._registrations.values())

    @property
    def legs(self) -> tuple[SipLeg, ...]:
        """The legs that are up."""
        return tuple(self._legs.values())

    async def guard_counts(self) -> GuardCounts:
        """What was let through, dropped and refused so far."""
        return await self._owner.run(self._stack.guard_counts)

    # ------------------------------------------------------------- Telephone

    async def incoming(self) -> AsyncIterator[Leg]:
        """Legs that ring, until the endpoint closes."""
        while True:
            leg = await self._ringing.get()
            if leg is None:
                return
            yield leg

    async def dial(self, target: str, headers: Mapping[str, str], *, caller_name: str = "") -> Leg:
        """Start a call to a SIP URI or, by a trunk, to a number.

        `caller_name` is the display name of From. Raises `DialRefused` when the settings do not
        allow the target, `CallError` when there is no room or the INVITE cannot be sent.
        """
        _check_headers({**headers, "From": caller_name})
        way = route(target, self._settings.destinations, self._settings.trunks)
        if len(self._legs) >= self._settings.most_legs:
            raise CallError("no capacity is left for another call")
        info = LegInfo(called=target, trunk=way.trunk.name if way.trunk else "")
        leg = self._new_leg(info, LegState.CALLING)
        try:
            await self._owner.run(partial(self._dial, leg, way, dict(headers), caller_name))
        except pj.Error as error:
            self._legs.pop(leg.id, None)
            raise CallError(f"the call could not be placed: {error.reason}") from None
        except asyncio.CancelledError:
            leg.abandon()
            raise
        return leg

    async def is_there(self, target: str) -> bool:
        """Whether a phone answers OPTIONS, or a proxy does for one that is registered. False also
        for a target that is not allowed."""
        try:
            way = route(target, self._settings.destinations, self._settings.trunks)
            return is_there(await self._probes.ask(way.uri, partial(self._ask, way)))
        except (DialRefused, pj.Error):
            return False

    async def drain(self) -> None:
        """Refuse new calls with 503 from now on; those that are up go on."""
        await self._owner.run(partial(self._stack.set_draining, on=True))

    # ------------------------------------------------------------- on the owner thread

    def _poll(self, wait_ms: int) -> None:
        self._stack.poll(wait_ms)
        for call, value in self._stack.new_refers():
            refer = read_refer_to(value)
            refer = None if refer is None else replace(refer, own_leg=self._own_leg(refer.replaces))
            for leg in self.legs:
                self._owner.post(partial(leg.referred, call, refer))

    def _own_leg(self, replaces: str) -> LegId | None:
        """The call to us that a phone names which sends another one there."""
        name = read_replaces(replaces)
        if name is None or not self._stack.has_dialog(name):
            return None
        return next((leg.id for leg in self.legs if leg.info.sip_call_id == name.call_id), None)

    def _dial(self, leg: SipLeg, way: Route, headers: Mapping[str, str], caller_name: str) -> None:
        account = self._stack.account_for(way)
        dialog = self._dialog(leg, account, pj.PJSUA_INVALID_ID)
        try:
            dialog.dial(way.uri, headers, self._stack.sender(account, caller_name))
        except pj.Error:
            dialog.release()
            raise
        self._number_taken(dialog.getId(), by=leg)

    def _on_invite(self, account: Account, call_id: int, message: str, source: str) -> None:
        trunk = self._trunk_of(account, message, source)
        info = _info(message, source, trunk)
        self._number_taken(call_id)
        leg = self._make_leg(info, LegState.INCOMING)
        self._dialog(leg, account, call_id)
        self._owner.tell(self._ring, leg)

    def _number_taken(self, call_id: int, *, by: SipLeg | None = None) -> None:
        """pjsua gives a number again as soon as it is free: who had it is gone."""
        for other in self.legs:
            if other is not by:
                other.end_if_taken(call_id)

    def _trunk_of(self, account: Account, message: str, source: str) -> Trunk | None:
        # From an allowed source nobody has checked the digest, so that it proves nothing.
        allowed = within(self._settings.allowed_networks, source)
        user = "" if allowed else digest_user(message)
        return trunk_of(self._settings.trunks, account.trunk, source, user)

    def _dialog(self, leg: SipLeg, account: Account, call_id: int) -> Dialog:
        dialog = Dialog(account, leg, call_id, self._settings.media)
        leg.attach(dialog)
        return dialog

    def _round(self) -> None:
        """What is looked after now and then: far ends that are gone, sources that flood."""
        now_s = time.monotonic()
        for leg in self.legs:
            leg.end_if_lost(now_s)
        for address in self._stack.newly_silent():
            _log.warning("a source asks for too much: it gets no answer", extra={"source": address})

    async def _ask(self, way: Route) -> None:
        await self._owner.run(partial(send_options, self._stack.account_for(way), way.uri))

    def _on_probed(self, uri: str, code: int) -> None:
        self._owner.tell(self._probes.answered, uri, code)

    def _on_registration(self, registration: Registration) -> None:
        self._owner.tell(self._note, registration)

    # ------------------------------------------------------------- on the loop

    def _next_id(self) -> LegId:
        return LegId(f"leg-{next(self._numbers)}")

    def _new_leg(self, info: LegInfo, state: LegState) -> SipLeg:
        leg = self._make_leg(info, state)
        self._keep(leg)
        return leg

    def _make_leg(self, info: LegInfo, state: LegState) -> SipLeg:
        return SipLeg(self._owner, self._next_id(), info, state, self._uri_of)

    def _uri_of(self, target: str) -> str:
        return route(target, self._settings.destinations, self._settings.trunks).uri

    def _keep(self, leg: SipLeg) -> None:
        self._legs[leg.id] = leg
        leg.when_gone(self._forget)

    def _forget(self, leg: SipLeg) -> None:
        self._legs.pop(leg.id, None)

    def _ring(self, leg: SipLeg) -> None:
        self._keep(leg)
        self._ringing.put_nowait(leg)

    def _note(self, registration: Registration) -> None:
        before = self._registrations.get(registration.trunk)
        self._registrations[registration.trunk] = registration
        if before is None or before.active != registration.active:
            level = logging.INFO if registration.active else logging.WARNING
            fields = {
                "trunk": registration.trunk,
                "active": registration.active,
                "code": registration.code,
            }
            _log.log(level, "registration with trunk", extra=fields)

    async def _hang_up_all(self) -> None:
        for leg in self.legs:
            await leg.hang_up()
        for leg in self.legs:
            await leg.until_gone(_LINGER_S)


def _check_headers(headers: Mapping[str, str]) -> None:
    """A line end in a value would start a header of the caller's own choice."""
    for name, value in headers.items():
        if not re.fullmatch(r"[A-Za-z0-9-]+", name) or re.search(r"[\x00-\x1f\x7f]", value):
            raise DialRefused(f"the header {name!r} is not one line of text")


def _info(message: str, source: str, trunk: Trunk | None) -> LegInfo:
    trusted = trunk is not None and trunk.trust_identity
    info = read_invite(message, source, trusted=trusted)
    return replace(info, trunk=trunk.name if trunk else "")

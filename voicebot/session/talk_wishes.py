"""What the person who has the caller asks for: by keys in the talk, by the phone itself."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from voicebot.core.call import LegId
from voicebot.core.errors import CallError
from voicebot.core.ports import Leg, ReferRequested
from voicebot.core.transfers import TransferMode
from voicebot.session.directory import TransferRefused
from voicebot.session.entertainment import say_no
from voicebot.session.far_end import DECLINED, decline_refer, take_keys
from voicebot.session.talk_keys import Asked, HandOver, TalkKeys
from voicebot.session.target import agents_by_number, meant_by

if TYPE_CHECKING:
    from voicebot.session.talk import Talk

TRYING, DONE, NO_DIALOG, FAILED = 100, 200, 481, 503
"""What a phone is told of the transfer that it asked for."""


class Wishes:
    """Of one talk."""

    def __init__(self, talk: Talk) -> None:
        self._talk, self._context = talk, talk.context
        self.begin()

    def begin(self) -> None:
        """Another person has the caller: what was pressed before counts no more."""
        numbers = agents_by_number(self._context)
        self._keys = TalkKeys(self._context.services.transfers, numbers)
        take_keys(self._talk.contact.leg)

    async def take(self) -> None:
        """Those since the last frame."""
        contact = self._talk.contact
        await self._decline_others()
        if not contact.may_hand_over:
            take_keys(contact.leg)
            return
        refer, contact.leg.refer = contact.leg.refer, None
        if refer is not None:
            await self._send_on(refer)
        try:
            for key in take_keys(contact.leg) + self._second_keys():
                asked = self._keys.feed(key, self._context.line.now_ms)
                if asked is not None:
                    self._do(asked)
        except TransferRefused:
            say_no(contact.leg.leg)

    def _second_keys(self) -> str:
        """Those of the call in which the target is briefed."""
        handing = self._talk.handing
        return take_keys(handing.second) if handing is not None and handing.second else ""

    async def _decline_others(self) -> None:
        """Nobody but who has the caller sends them on."""
        talk = self._talk
        others = [one.far_end for one in talk.supervisors]
        if not talk.contact.may_hand_over:
            others.append(talk.contact.leg)
        if talk.handing is not None and talk.handing.contact is not None:
            others.append(talk.handing.contact.leg)
        if talk.handing is not None and talk.handing.second is not None:
            others.append(talk.handing.second)
        for far_end in others:
            await decline_refer(far_end)

    async def _send_on(self, refer: ReferRequested) -> None:
        """The phone sends the caller on, by itself (RFC 3515)."""
        talk, leg = self._talk, self._talk.contact.leg.leg
        if refer.own_leg is not None:
            await self._join(refer.own_leg)
            return
        mode = TransferMode.ATTENDED if refer.replaces else TransferMode.BLIND
        target = meant_by(self._context, refer.target, replaces=bool(refer.replaces))
        try:
            talk.hand_over(target, mode, by=talk.agent, replaces=refer.replaces)
        except TransferRefused:
            await tell(leg, DECLINED)
            return
        if talk.handing is not None:
            talk.handing.referrer = leg
        await tell(leg, TRYING if talk.handing is not None else DONE)

    async def _join(self, own_leg: LegId) -> None:
        """The phone joins its two calls: the caller, and whoever it talks to by its second line.
        Any other call here is none of its own."""
        talk, leg = self._talk, self._talk.contact.leg.leg
        handing = talk.handing
        second = handing.second if handing is not None else None
        if handing is None or second is None or second.line.id != own_leg:
            talk.refuse(talk.agent, "no_such_dialog")
            await tell(leg, NO_DIALOG)
            return
        try:
            talk.complete()
        except TransferRefused:
            await tell(leg, DECLINED)
            return
        handing.referrer = leg
        await tell(leg, TRYING)

    def _do(self, asked: Asked) -> None:
        talk = self._talk
        match asked:
            case HandOver(target, mode):
                talk.hand_over(target, mode, by=talk.agent)
            case "conference":
                talk.conference()
            case "complete":
                talk.complete()
            case "take_back":
                talk.take_back()
            case "hold":
                talk.resume() if talk.contact.parked else talk.hold()
            case "mute":
                talk.unmute() if talk.contact.muted else talk.mute()
            case _:
                raise TransferRefused("there is no such code")


async def tell(referrer: Leg | None, code: int) -> None:
    """A phone hears how the transfer goes that it asked for; one that hung up hears nothing."""
    if referrer is not None:
        with suppress(CallError):
            await referrer.tell_referrer(code)

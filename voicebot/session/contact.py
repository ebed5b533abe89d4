"""Whoever has the caller: an agent of a queue, a supervisor who took over, somebody outside.

Each has a contact of their own, from the moment when they have the caller until they are out of the
call, however the call goes on: an agent's wrap-up begins with the end of *this* contact.
"""

from __future__ import annotations

from voicebot.core.queueing import OfferOutcome, TransferOutcome
from voicebot.core.record import FactKind
from voicebot.queueing.router import Offer
from voicebot.session.context import Context
from voicebot.session.far_end import FarEnd


class Contact:
    """A person's part in a call."""

    def __init__(
        self, context: Context, leg: FarEnd, name: str, queue: str, offer: Offer | None = None
    ) -> None:
        """`offer` is the agent's; None for others. `name` is empty for a number."""
        self.leg, self.name, self.queue, self.offer = leg, name, queue, offer
        self._context = context
        self.began_ms = context.line.now_ms
        """Time of the call when they began to talk."""
        self.parked = False
        """The person put the caller on hold here: at the desk, by a key."""
        self.muted = False
        """Nobody is to hear the person."""
        self._open = True
        self._on_hold = self._was_muted = False
        self._held_since_ms = self._held_ms = 0

    @property
    def holds(self) -> bool:
        """The caller is on hold: here, or by the phone."""
        return self._open and (self.parked or self.leg.held)

    @property
    def is_open(self) -> bool:
        """The person is in the call still."""
        return self._open

    @property
    def may_hand_over(self) -> bool:
        """The person may send the caller on: one of ours."""
        return True

    def bridged(self, wait_ms: int | None = None) -> None:
        """Into the journal: from now on they talk, after a wait in the queue or a transfer."""
        context = self._context
        self.began_ms = context.line.now_ms
        context.bridged = True
        context.pen.write(
            FactKind.BRIDGED,
            queue=self.queue,
            agent=self.name,
            wait_ms=wait_ms or 0,
            via="queue" if wait_ms is not None else "transfer",
        )

    def follow(self) -> None:
        """Journal and router are told whether the person holds the caller, or is mute."""
        if not self._open:
            return
        if self.holds is not self._on_hold:
            self._note_hold(on=self.holds)
        if self.muted is not self._was_muted:
            self._was_muted = self.muted
            self._context.pen.write(FactKind.MUTED, agent=self.name, on=self.muted)
        if self.offer is not None:
            self._context.directory.router.held(self.offer, on=self.holds)

    def _note_hold(self, *, on: bool) -> None:
        now_ms = self._context.line.now_ms
        self._on_hold = on
        if on:
            self._held_since_ms = now_ms
        else:
            self._held_ms += now_ms - self._held_since_ms
        self._context.pen.write(FactKind.ON_HOLD, agent=self.name, on=on)

    def close(self, by: str, to: str = "") -> None:
        """The person is out of the call; wrap-up begins. Once: what comes later changes nothing.

        `to` is where the caller goes: `talk` (on with somebody else), a target, empty for nowhere.
        """
        if not self._open:
            return
        if self._on_hold:
            self._note_hold(on=False)
        self._open = False
        directory, wrap_up_ms = self._context.directory, 0
        if self.offer is not None:
            wrap_up_ms = directory.router.released(self.offer, directory.now_ms())
        self._note_end(by, to, wrap_up_ms)
        directory.dispatcher.changed()

    def leave(self) -> None:
        """The person was told of the caller and never had them: no wrap-up, no record."""
        if not self._open:
            return
        self._open = False
        directory = self._context.directory
        if self.offer is not None:
            directory.router.unbridged(self.offer, OfferOutcome.CALLER_GONE, directory.now_ms())
            directory.dispatcher.close(self.offer)

    def _note_end(self, by: str, to: str, wrap_up_ms: int) -> None:
        talk_ms = self._context.line.now_ms - self.began_ms
        self._context.pen.write(
            FactKind.UNBRIDGED,
            agent=self.name,
            talk_ms=talk_ms,
            hold_ms=self._held_ms,
            by=by,
            wrap_up_ms=wrap_up_ms,
            to=to,
        )


class OutsideContact(Contact):
    """Somebody at a number: no agent, no wrap-up."""

    @property
    def may_hand_over(self) -> bool:
        return False

    def bridged(self, wait_ms: int | None = None) -> None:
        self.began_ms = self._context.line.now_ms
        self._context.transferred = True

    def _note_end(self, by: str, to: str, wrap_up_ms: int) -> None:
        self._context.pen.write(
            FactKind.TRANSFERRED,
            target=self.name,
            outcome=TransferOutcome.DONE,
            code=200,
            talk_ms=self._context.line.now_ms - self.began_ms,
        )

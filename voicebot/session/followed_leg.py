"""A leg of somebody's phone, whose events are followed until it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator

from voicebot.core.ports import Audio, Hold, Keyed, Leg, LegEvent, ReferRequested
from voicebot.session.phone_keys import PhoneKeys


class FollowedLeg:
    """What is to be known of such a leg: the attributes of `far_end.FarEnd`."""

    def __init__(self, leg: Leg | None = None) -> None:
        self.leg = leg
        self.keys = ""
        """Keys that were pressed there."""
        self.held = False
        """Whoever is there put us on hold."""
        self.refer: ReferRequested | None = None
        """The phone sends the call elsewhere."""
        self.has_sound = False
        """Its media runs: what is played is heard."""
        self._phone_keys = PhoneKeys()

    async def followed(self, leg: Leg) -> AsyncIterator[LegEvent]:
        """The leg's events, each noted down here before."""
        async for event in leg.events():
            match event:
                case Audio():
                    self._hear(leg, event)
                case Keyed(key, method):
                    self.keys += self._phone_keys.signaled(key, method)
                case Hold(on):
                    self.held = on
                    self._phone_keys.forget_method()
                case ReferRequested():
                    self.refer = event
            yield event

    def _hear(self, leg: Leg, audio: Audio) -> None:
        self.has_sound = True
        if leg.telephone_events or self.held:
            self._phone_keys.pass_by(audio)
        else:
            self.keys += self._phone_keys.hear(audio)

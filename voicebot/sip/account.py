"""An account of pjsua2: where calls come in and registrations are kept. On the owner thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pjsua2 as pj

from voicebot.sip.probes import Answered, answer_of
from voicebot.sip.registration import Registration

Ring = Callable[["Account", int, str, str], None]
"""Told of an INVITE: account, pjsua's number of the call, the message, its source."""


class Account(pj.Account):  # type: ignore[misc]
    """One account; `trunk` is empty for our own; `uri` is our address with it."""

    def __init__(
        self,
        trunk: str,
        uri: str,
        ring: Ring,
        registered: Callable[[Registration], None],
        probed: Answered,
    ) -> None:
        super().__init__()
        self.trunk = trunk
        self.uri = uri
        self._ring = ring
        self._registered = registered
        self._probed = probed

    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802
        """An INVITE that passed `SipGuard`."""
        self._ring(self, prm.callId, prm.rdata.wholeMsg, prm.rdata.srcAddress)

    def onRegState(self, prm: Any) -> None:  # noqa: N802
        """The registrar answered, or did not."""
        active = prm.code // 100 == 2 and prm.expiration > 0
        self._registered(Registration(self.trunk, active, prm.code, prm.reason))

    def onSendRequest(self, prm: Any) -> None:  # noqa: N802
        """What we asked outside of a call was answered, or not in time."""
        self._probed(*answer_of(prm))

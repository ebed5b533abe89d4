"""A call as pjsua2 has it: callbacks in, commands out. Lives on the owner thread only."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Protocol

import pjsua2 as pj

from voicebot.core.call import LegState
from voicebot.core.ports import (
    Hold,
    Keyed,
    LegEnded,
    LegEvent,
    ReferProgress,
    ReferRequested,
    SoundReport,
    StateChanged,
)
from voicebot.sip.call_sound import RUNS, CallSound, destroy
from voicebot.sip.keys import KeyStream
from voicebot.sip.lifesign import Lifesign
from voicebot.sip.settings import Media
from voicebot.sip.sound_report import sound_report

_log = logging.getLogger(__name__)

_STATES = {
    pj.PJSIP_INV_STATE_NULL: LegState.NULL,
    pj.PJSIP_INV_STATE_CALLING: LegState.CALLING,
    pj.PJSIP_INV_STATE_INCOMING: LegState.INCOMING,
    pj.PJSIP_INV_STATE_EARLY: LegState.EARLY,
    pj.PJSIP_INV_STATE_CONNECTING: LegState.CONNECTING,
    pj.PJSIP_INV_STATE_CONFIRMED: LegState.CONFIRMED,
    pj.PJSIP_INV_STATE_DISCONNECTED: LegState.DISCONNECTED,
}

_BAD_REQUEST = 400
_DECLINE = 603
_TIMED_OUT = 408
_NOT_ACCEPTABLE = 488
_FAILED = 500
_PHRASES = {
    **{100: "Trying", 180: "Ringing", 200: "OK", 400: "Bad Request"},
    **{481: "Call/Transaction Does Not Exist", 503: "Service Unavailable", 603: "Decline"},
}


class Ear(Protocol):
    """Whoever is told what happens; called on the owner thread."""

    def hear_of(self, event: LegEvent) -> None: ...

    def media_runs(self, port: Any, rate: int) -> None: ...

    def telephone_events_agreed(self, *, on: bool) -> None: ...


class Dialog(pj.Call):  # type: ignore[misc]
    """One SIP dialog. `ear` is told of everything."""

    def __init__(self, account: Any, ear: Ear, call_id: int, media: Media) -> None:
        super().__init__(account, call_id)
        self._ear = ear
        self._sound = CallSound(self, media)
        self._lifesign = Lifesign(media.rtp_timeout_s)
        self._keys = KeyStream()
        self._held = False
        self._hung_up_here = False
        self._lost = False
        self._gone = False
        self._released = False
        self._report: SoundReport | None = None

    @property
    def gone(self) -> bool:
        """True once the dialog has ended: nothing may be asked of it."""
        return self._gone

    # ------------------------------------------------------------- callbacks of pjsua2

    def onCallState(self, prm: Any) -> None:  # noqa: N802
        """The dialog went on."""
        info = self.getInfo()
        state = _STATES[info.state]
        if state is not LegState.DISCONNECTED:
            self._ear.hear_of(StateChanged(state, info.lastStatusCode))
            return
        self._gone = True
        by_far_end, code, reason = not self._hung_up_here, info.lastStatusCode, info.lastReason
        if self._lost:
            by_far_end, code, reason = True, _TIMED_OUT, "nothing came from the far end"
        self._ear.hear_of(LegEnded(code, reason, by_far_end, self._report))

    def onCallMediaState(self, prm: Any) -> None:  # noqa: N802
        """Sound began, stopped or moved: after 183, 200, and every re-INVITE."""
        index, status = self._sound.stream()
        self._tell_hold(held=status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD)
        if status not in RUNS:
            return
        try:
            if self._sound.port is None:
                rate = self._sound.open_port(index)
                self._ear.media_runs(self._sound.port, rate)
            self._sound.connect()
            events = self.getStreamInfo(index).audTxEventPt >= 0
            self._ear.telephone_events_agreed(on=events)
        except pj.Error as error:
            # An odd offer may be agreed to though no stream can be made of it.
            _log.warning("no sound can be had; the leg is ended", extra={"reason": error.reason})
            self.end(_NOT_ACCEPTABLE)

    def onStreamDestroyed(self, prm: Any) -> None:  # noqa: N802
        """A stream ends, at a hang-up or because a re-INVITE brings another one."""
        port = self._sound.port
        if port is not None:
            self._report = sound_report(self, prm.streamIdx, port, self._keys, self._report)

    def onDtmfEvent(self, prm: Any) -> None:  # noqa: N802
        """A key. pjsua2 calls `onDtmfDigit` for the same press as well: that one is not used."""
        method = "info" if prm.method == pj.PJSUA_DTMF_METHOD_SIP_INFO else "rfc4733"
        key = self._keys.press(prm.digit, method, prm.flags)
        if key is not None:
            self._ear.hear_of(Keyed(key, method))

    def onCallTransferStatus(self, prm: Any) -> None:  # noqa: N802
        """NOTIFY about our REFER."""
        prm.cont = not prm.finalNotify
        self._ear.hear_of(ReferProgress(prm.statusCode, prm.finalNotify))

    def onCallTransferRequest(self, prm: Any) -> None:  # noqa: N802
        """The far end sends us elsewhere: callers may not make the hotline call anybody. A REFER of
        a phone that we dialed does not come here: see native/refers.hpp."""
        prm.statusCode = _DECLINE

    def onCallReplaceRequest(self, prm: Any) -> None:  # noqa: N802
        """An INVITE that wants to take this dialog over (RFC 3891)."""
        prm.statusCode = _DECLINE

    # ------------------------------------------------------------- commands

    def dial(self, uri: str, headers: Mapping[str, str], sender: str) -> None:
        """Send the INVITE with `sender` as From (empty for the account's); raises `pj.Error`."""
        options = _options()
        options.txOption.localUri = sender
        options.txOption.headers = _header_vector(headers)
        self.makeCall(uri, options)

    def respond(self, code: int) -> None:
        """Answer the INVITE with a status."""
        options = _options()
        options.statusCode = code
        self.answer(options)

    def end(self, code: int) -> None:
        """CANCEL, BYE, or refuse with `code`."""
        if self._hung_up_here:
            return
        self._hung_up_here = True
        options = pj.CallOpParam()
        options.statusCode = code
        try:
            self.hangup(options)
        except pj.Error as error:
            _log.warning("a leg could not be ended in order", extra={"reason": error.reason})
            self.end_if_vanished()

    def redirect(self, uri: str) -> None:
        """Refuse the INVITE with 302 and a Contact (RFC 3261, section 8.3)."""
        self._hung_up_here = True
        options = _options()
        options.statusCode = 302
        options.txOption.headers = _header_vector({"Contact": f"<{uri}>"})
        self.hangup(options)

    def end_if_vanished(self) -> None:
        """Tell of an end that pjsua did not tell of: a failure of media may free a call unsaid."""
        if not self._gone and not self.isActive():
            self._vanish()

    def end_if_taken(self, number: int) -> None:
        """The same, where another call has this one's number already."""
        if not self._gone and self.getId() == number:
            self._vanish()

    def _vanish(self) -> None:
        self._gone = True
        self._ear.hear_of(LegEnded(_FAILED, "the call failed", by_far_end=True))

    def end_if_lost(self, now_s: float) -> None:
        """End an answered call whose far end has sent nothing for too long."""
        self.end_if_vanished()
        if self._gone or self._hung_up_here:
            return
        info = self.getInfo()
        received, expected = self._sound.received(info)
        expected = expected and info.state == pj.PJSIP_INV_STATE_CONFIRMED
        if self._lifesign.is_lost(now_s, received, expected=expected):
            _log.warning("no sound comes from the far end any more; the leg is ended")
            self._lost = True
            self.end(0)

    def refer(self, uri: str) -> None:
        """Send REFER (RFC 3515)."""
        self.xfer(f"<{uri}>", pj.CallOpParam(True))

    def referred(self, sip_call_id: str, refer: ReferRequested | None) -> None:
        """Tell of a REFER that came in the dialog with that Call-ID, if it is this one. Who sent
        one that cannot be read hears so: it was answered 202 before anybody read it."""
        if self._gone or self.getInfo().callIdString != sip_call_id:
            return
        if refer is None:
            self.tell_referrer(_BAD_REQUEST)
        else:
            self._ear.hear_of(refer)

    def tell_referrer(self, code: int) -> None:
        """NOTIFY of the far end's REFER: RFC 3515, section 2.4.5."""
        final = code >= 200
        options = pj.CallSendRequestParam()
        options.method = "NOTIFY"
        options.txOption.headers = _header_vector(
            {
                "Event": "refer",
                "Subscription-State": "terminated;reason=noresource" if final else "active",
            }
        )
        options.txOption.contentType = "message/sipfrag;version=2.0"
        options.txOption.msgBody = f"SIP/2.0 {code} {_PHRASES.get(code, 'Failed')}\r\n"
        self.sendRequest(options)

    def key(self, keys: str, duration_ms: int) -> None:
        """Send keys by RFC 4733."""
        options = pj.CallSendDtmfParam()
        options.method = pj.PJSUA_DTMF_METHOD_RFC2833
        options.digits = keys
        options.duration = duration_ms
        self.sendDtmf(options)

    def hear(self, other: Dialog) -> None:
        """Let this far end hear the other one."""
        self._sound.hear(other._sound)

    def hear_no_more(self, other: Dialog) -> None:
        """Undo `hear`."""
        self._sound.hear_no_more(other._sound)

    def release(self) -> None:
        """Destroy what pjsua2 has of this call; nothing may be asked of it afterwards.

        Done by name, not by reference count: which thread collects a cycle is anybody's guess.
        """
        if self._released:
            return
        had_ended = self._gone
        self._gone = self._released = True
        self._sound.release()
        if had_ended and self.isActive():
            self.this.own(False)  # its number is another call's by now, which this would hang up
        else:
            destroy(self)

    def _tell_hold(self, *, held: bool) -> None:
        if held != self._held:
            self._held = held
            self._ear.hear_of(Hold(held))


def _options() -> Any:
    """Sound and nothing else: no video, no text (RFC 4103)."""
    options = pj.CallOpParam(True)
    options.opt.audioCount = 1
    options.opt.videoCount = 0
    if hasattr(options.opt, "textCount"):
        options.opt.textCount = 0
    return options


def _header_vector(headers: Mapping[str, str]) -> Any:
    vector = pj.SipHeaderVector()
    for name, value in headers.items():
        header = pj.SipHeader()
        header.hName, header.hValue = name, value
        vector.append(header)
    return vector

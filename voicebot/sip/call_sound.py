"""The sound of a call as pjsua2 has it: its port, and what hears what at the conference bridge.
Lives on the owner thread only."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pjsua2 as pj

from voicebot.core.audio import NARROWBAND, WIDEBAND
from voicebot.sip.settings import Media

_log = logging.getLogger(__name__)

RUNS = (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD)
"""States of a stream in which it is at the bridge."""


class CallSound:
    """Of one `Dialog`."""

    def __init__(self, call: Any, media: Media) -> None:
        self._call = call
        self._fill_silence = media.fill_silence
        self._hears: set[CallSound] = set()
        self._heard_by: set[CallSound] = set()
        self.port: Any = None
        """Where the call's sound comes and goes; None before there is any."""

    def stream(self) -> tuple[int, int]:
        """Number and status of the first stream of sound."""
        info = self._call.getInfo()  # owns what its vector hands out: it has to stay
        for media in info.media:
            if media.type == pj.PJMEDIA_TYPE_AUDIO:
                return media.index, media.status
        return -1, pj.PJSUA_CALL_MEDIA_NONE

    def received(self, info: Any) -> tuple[int, bool]:
        """A count that grows with RTP and RTCP, and whether the far end should be sending; `info`
        is the call's."""
        for media in info.media:
            if media.type == pj.PJMEDIA_TYPE_AUDIO:
                active = media.status == pj.PJSUA_CALL_MEDIA_ACTIVE
                if not active or not media.dir & pj.PJMEDIA_DIR_DECODING:
                    break
                rtcp = self._call.getStreamStat(media.index).rtcp
                return rtcp.rxStat.pkt + rtcp.txStat.updateCount, True
        return 0, False

    def open_port(self, index: int) -> int:
        """Make the port, at the rate of a stream: in Hz. Raises `pj.Error`."""
        wide = self._call.getStreamInfo(index).codecClockRate >= WIDEBAND
        rate = WIDEBAND if wide else NARROWBAND
        self.port = pj.PcmPort("leg", rate, 20, 10_000, 60_000, self._fill_silence)
        return rate

    def connect(self) -> None:
        """Make every connection that should be there; harmless for those that are."""
        sound = self._at_bridge()
        if sound is None:
            return
        _transmit(sound, self.port)
        _transmit(self.port, sound)
        for other in self._hears:
            _transmit(other._at_bridge(), sound)
        for other in self._heard_by:
            _transmit(sound, other._at_bridge())

    def hear(self, other: CallSound) -> None:
        """Let this far end hear the other one, now and whenever both have sound."""
        self._hears.add(other)
        other._heard_by.add(self)
        _transmit(other._at_bridge(), self._at_bridge())

    def hear_no_more(self, other: CallSound) -> None:
        """Undo `hear`."""
        self._hears.discard(other)
        other._heard_by.discard(self)
        _transmit(other._at_bridge(), self._at_bridge(), "stopTransmit")

    def release(self) -> None:
        """Destroy the port, and be heard by nobody."""
        for other in self._hears:
            other._heard_by.discard(self)
        for other in self._heard_by:
            other._hears.discard(self)
        self._hears.clear()
        self._heard_by.clear()
        if self.port is not None:
            destroy(self.port)
            self.port = None

    def _at_bridge(self) -> Any:
        """The call's port at the conference bridge; None while there is none."""
        if self._call.gone or not self._call.hasMedia():
            return None
        index, status = self.stream()
        return self._call.getAudioMedia(index) if status in RUNS else None


def _transmit(source: Any, sink: Any, method: str = "startTransmit") -> None:
    """Connect or part two ports of the conference bridge, where both are still there."""
    if source is None or sink is None:
        return
    try:
        getattr(source, method)(sink)
    except pj.Error as error:
        _log.debug("the bridge refused", extra={"reason": error.reason})


def destroy(proxy: Any) -> None:
    """Destroy what a pjsua2 object stands for, here and now."""
    destroyed: Callable[[Any], None] = type(proxy).__swig_destroy__
    destroyed(proxy)

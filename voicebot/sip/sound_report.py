"""How a leg's sound was carried: pjmedia's statistics of the stream, counters of the port and keys
that were no press. On the owner thread only."""

from __future__ import annotations

from typing import Any

import pjsua2 as pj

from voicebot.core.ports import SoundReport
from voicebot.sip.keys import KeyStream


def sound_report(
    call: Any, index: int, port: Any, keys: KeyStream, before: SoundReport | None
) -> SoundReport | None:
    """The report of a call whose stream `index` is about to end; `before` is that of the streams
    that it had before."""
    try:
        stream = call.getStreamStat(index)  # owns what it hands out: it has to stay
    except pj.Error:
        return before
    rtcp, counters = stream.rtcp, port.counters()
    heard, jitter, before = rtcp.rxStat, rtcp.rxStat.jitterUsec, before or SoundReport()
    return SoundReport(
        packets=before.packets + heard.pkt,
        lost=before.lost + heard.loss,
        late=before.late + heard.discard,
        doubled=before.doubled + heard.dup,
        reordered=before.reordered + heard.reorder,
        jitter_ms=max(before.jitter_ms, round(jitter.mean / 1000, 2)),
        jitter_max_ms=max(before.jitter_max_ms, round(jitter.max / 1000, 2)),
        far_lost=before.far_lost + rtcp.txStat.loss,
        underruns=counters.underruns,
        overruns=counters.overruns,
        refused=counters.refused,
        keys_left_out=dict(keys.left_out),
    )

"""Keys as tones in real packets, from a phone that knows nothing else."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator

import numpy as np
import pytest
from desk_caller import DeskCaller, nobody_is_left
from hotline import Hotline, hotline
from hotline_flows import DESTINATIONS, desk
from raw_phone import RawPhone

from voicebot.audio.g711 import mulaw_encode
from voicebot.audio.tones import dtmf
from voicebot.audio.wav import read_wav
from voicebot.core.audio import NARROWBAND, Pcm

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    with hotline(
        tmp_path_factory.mktemp("tones"),
        calls='default_flow = "desk"',
        flows={"desk": desk("desk")},
        hotline=DESTINATIONS,
    ) as line:
        yield line


class OldPhone(DeskCaller):
    """Offers G.711 and no telephone-event; its keys are sound."""

    _number = 0

    def sdp(self, direction: str = "sendrecv") -> str:
        lines = RawPhone.sdp(self, direction).replace("RTP/AVP 0 101", "RTP/AVP 0")
        return lines.replace("a=rtpmap:101 telephone-event/8000\r\n", "")

    async def play(self, pcm: Pcm) -> None:
        """Send sound, a packet every 20 ms."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        for frame in pcm.frames():
            self._number += 1
            header = struct.pack(">BBHII", 0x80, 0, self._number, self._number * 160, 0x1234)
            sound = mulaw_encode(frame.samples).tobytes()
            self.rtp.sendto(header + sound, (self.address, self.far_rtp_port))
            due_s += 0.02
            await asyncio.sleep(max(0.0, due_s - loop.time()))

    async def press_tones(self, keys: str) -> None:
        """Press keys as tones, 100 ms each."""
        silence = Pcm.silence(300, NARROWBAND)
        await self.play(Pcm.join([silence, dtmf(keys, NARROWBAND), silence], NARROWBAND))


async def test_a_call_by_tones(running: Hotline) -> None:
    """A menu, digits, and a secret that is neither in the journal nor in the recording."""
    async with OldPhone(running, "desk") as caller:
        await caller.dial()
        await caller.press_tones("2")
        await caller.at("code")
        await caller.press_tones("1123#")
        await caller.until_fact("keyed", digits="1123")
        await caller.press_tones("7391")
        await caller.until_fact("keyed", count=4)
        await caller.hang_up()
        record = await caller.ended()
        facts = await caller.facts()
    await nobody_is_left(running)
    keyed = [f["data"] for f in facts if f["kind"] == "keyed"]
    assert [data.get("digits", data.get("count")) for data in keyed] == ["2", "1123", 4]
    assert not [f for f in facts if f["kind"] in ("heard", "failed")]
    dropped = [f["data"] for f in facts if f["kind"] == "key_dropped"]
    assert dropped == [{"method": "inband", "reason": "late_terminator", "count": 1}]
    wav = read_wav(running.folder / "data" / record["recording"])
    assert wav.channel(0).duration_ms > 2_000
    assert int(np.abs(wav.channel(0).samples.astype(np.int32)).max()) < 500

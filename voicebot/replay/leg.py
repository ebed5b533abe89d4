"""The leg of a replayed call: the far end is the recorded caller."""

from __future__ import annotations

from voicebot.core.audio import FRAME_MS, Pcm
from voicebot.core.errors import LegGone
from voicebot.core.ports import Audio, Leg
from voicebot.replay.caller import ReplayCaller
from voicebot.replay.recorded import RecordedCall
from voicebot.sim.line import SimLeg

LINGER_MS = 15_000
"""How long a caller of whom nothing more was recorded stays while nothing is said to them."""
LONGEST_MS = 900_000
"""And at most, in all, beyond the end of the recording."""


class ReplayLeg(SimLeg):
    """Implements `core.ports.Leg` in virtual time."""

    def __init__(self, call: RecordedCall, caller: ReplayCaller) -> None:
        super().__init__(call.info, rate=call.rate, name=call.name)
        self.caller = caller
        self.heard_now: list[Pcm] = []
        """The caller's frames as they came now."""
        self._quiet_ms = 0
        self._beyond_ms = 0

    async def bridge(self, other: Leg) -> None:
        raise LegGone("nobody is bridged in a replay")

    def _run_script(self) -> None:
        super()._run_script()
        if not self._media:
            return
        moved = self.caller.advance(speaking=bool(len(self._to_play)))
        self._queue.extend(self.caller.due())
        if self.caller.gone or (moved and self._gives_up()):
            self.far_hangs_up()

    def _gives_up(self) -> bool:
        """The call goes on now beyond its end then: the caller waits for what is still said."""
        if not self.caller.spent:
            return False
        self._beyond_ms += FRAME_MS
        self._quiet_ms = 0 if len(self._to_play) else self._quiet_ms + FRAME_MS
        return self._quiet_ms > LINGER_MS or self._beyond_ms > LONGEST_MS

    def _frame(self) -> Audio:
        then = self.caller.played(playing=self.row_is_open())
        audio, heard = super()._frame(), self.caller.heard()
        played = audio.played if then is None else then
        self.said[-1] = played
        self.heard_now.append(heard)
        return Audio(heard, played)

    def row_is_open(self) -> bool:
        """Something is being played still."""
        return bool(len(self._to_play))

    def sound(self) -> tuple[Pcm, Pcm]:
        """All that was heard and played now."""
        return Pcm.join(self.heard_now, self.rate), Pcm.join(self.said, self.rate)

"""Hold music is topped up, and never waited for."""

from voicebot.core.audio import Pcm
from voicebot.core.call import LegInfo
from voicebot.session.music import AHEAD_MS, Music
from voicebot.sim.line import SimLeg


def test_it_is_kept_a_little_ahead() -> None:
    leg = SimLeg(LegInfo())
    music = Music(leg, Pcm.silence(250, leg.rate))
    for _ in range(5):
        music.keep_playing()
        assert AHEAD_MS <= leg.pending_ms <= 2 * AHEAD_MS
        leg.flush()


async def test_a_leg_that_is_gone_is_not_waited_for() -> None:
    leg = SimLeg(LegInfo())
    await leg.hang_up()
    Music(leg, Pcm.silence(250, leg.rate)).keep_playing()
    assert leg.pending_ms == 0


def test_music_of_no_length_is_silence() -> None:
    leg = SimLeg(LegInfo())
    Music(leg, Pcm.silence(0, leg.rate)).keep_playing()
    assert leg.pending_ms == 0

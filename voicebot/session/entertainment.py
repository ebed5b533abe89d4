"""What those hear in a talk who hear nobody just now, and what tells people of it."""

from __future__ import annotations

from enum import StrEnum

from voicebot.audio.tones import beep, ring_back
from voicebot.core.ports import Leg
from voicebot.session.context import Context
from voicebot.session.music import Music
from voicebot.session.talk_settings import Beep


class Wanted(StrEnum):
    """What is to be played."""

    NOTHING = "nothing"
    MUSIC = "music"
    RINGING = "ringing"


class Entertainment:
    """For one person in a talk."""

    def __init__(self, context: Context, queue: str) -> None:
        """`queue` is the one whose music is played."""
        self._context, self._queue = context, queue
        self._now = Wanted.NOTHING
        self._music: Music | None = None

    def keep(self, leg: Leg | None, wanted: Wanted) -> None:
        """Go on with it, or with something else; to be called every frame."""
        if wanted is not self._now or leg is None:
            self.stop()
        if leg is None or wanted is Wanted.NOTHING:
            return
        if self._music is None:
            rings = wanted is Wanted.RINGING
            music = self._context.services.music
            loop = ring_back(leg.rate) if rings else music(self._queue, leg.rate)
            self._music, self._now = Music(leg, loop), wanted
        self._music.keep_playing()

    def stop(self) -> None:
        """Silence, at once."""
        if self._music is not None:
            self._music.stop()
        self._music, self._now = None, Wanted.NOTHING


def say_no(leg: Leg | None) -> None:
    """Two beeps: what was asked for is not possible."""
    if leg is not None:
        for _ in range(2):
            leg.play(beep(leg.rate, duration_ms=150))


def beep_to(context: Context, agent: Leg | None) -> None:
    """A supervisor takes part: whoever is to know hears a tone."""
    told = context.services.supervision_beep
    legs = {Beep.NONE: [], Beep.AGENT: [agent], Beep.ALL: [agent, context.line.leg]}[told]
    for leg in legs:
        if leg is not None:
            leg.play(beep(leg.rate))

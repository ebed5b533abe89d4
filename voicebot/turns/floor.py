"""Who has the floor: one table, one function that reads it.

The caller has it while the bot listens; nobody while the bot thinks; the bot while it speaks,
paused or not, until a barge-in is confirmed.
"""

from __future__ import annotations

from enum import StrEnum

from voicebot.core.transitions import next_state
from voicebot.core.turn import Floor


class FloorEvent(StrEnum):
    """What hands the floor on."""

    PROMPT_STARTED = "prompt started"
    """Its first sound is played."""
    PROMPT_ENDED = "prompt ended"
    """Played to its end, and the caller is to answer."""
    BARGED_IN = "barged in"
    """Confirmed, by speech or keys."""
    INPUT_ENDED = "input ended"
    """An utterance or digit string is whole, or the caller kept silent."""
    WAITING = "waiting"
    """Played to its end (or nothing to play), and a back end or a person is waited for."""
    LISTENING = "listening"
    """Nothing to say: the caller is to speak."""


FLOOR_TRANSITIONS: dict[tuple[Floor, FloorEvent], Floor] = {
    (Floor.THINKING, FloorEvent.PROMPT_STARTED): Floor.SPEAKING,
    (Floor.THINKING, FloorEvent.LISTENING): Floor.LISTENING,
    (Floor.THINKING, FloorEvent.WAITING): Floor.THINKING,
    (Floor.SPEAKING, FloorEvent.PROMPT_STARTED): Floor.SPEAKING,
    (Floor.SPEAKING, FloorEvent.PROMPT_ENDED): Floor.LISTENING,
    (Floor.SPEAKING, FloorEvent.BARGED_IN): Floor.LISTENING,
    (Floor.SPEAKING, FloorEvent.WAITING): Floor.THINKING,
    (Floor.LISTENING, FloorEvent.PROMPT_STARTED): Floor.SPEAKING,
    (Floor.LISTENING, FloorEvent.INPUT_ENDED): Floor.THINKING,
}


def next_floor(floor: Floor, event: FloorEvent) -> Floor:
    """Read the table; an event without a row raises `ValueError` and changes nothing."""
    refusal = "the floor cannot change from {state} by: {event}"
    return next_state(FLOOR_TRANSITIONS, floor, event, refusal)

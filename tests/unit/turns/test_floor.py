import pytest

from voicebot.core.turn import Floor
from voicebot.turns.floor import FLOOR_TRANSITIONS, FloorEvent, next_floor


def test_a_turn():
    floor = Floor.THINKING
    for event, then in [
        (FloorEvent.PROMPT_STARTED, Floor.SPEAKING),
        (FloorEvent.PROMPT_ENDED, Floor.LISTENING),
        (FloorEvent.INPUT_ENDED, Floor.THINKING),
        (FloorEvent.PROMPT_STARTED, Floor.SPEAKING),
        (FloorEvent.BARGED_IN, Floor.LISTENING),
        (FloorEvent.INPUT_ENDED, Floor.THINKING),
    ]:
        floor = next_floor(floor, event)
        assert floor is then


def test_every_floor_can_be_left_and_every_event_is_used():
    left = {floor for (floor, _), then in FLOOR_TRANSITIONS.items() if floor is not then}
    assert left == set(Floor)
    assert {event for _, event in FLOOR_TRANSITIONS} == set(FloorEvent)


@pytest.mark.parametrize("floor", Floor)
@pytest.mark.parametrize("event", FloorEvent)
def test_what_has_no_row_raises(floor, event):
    if (floor, event) in FLOOR_TRANSITIONS:
        assert next_floor(floor, event) is FLOOR_TRANSITIONS[floor, event]
    else:
        with pytest.raises(ValueError, match=f"{floor} by: {event}"):
            next_floor(floor, event)

"""Messages: recorded, heard again, kept, and who is told."""

from __future__ import annotations

import numpy as np
import pytest
from desk_hotline import DEAD_AIR_MS, nothing_is_left
from services_hotline import MESSAGE, RING, world
from told import of, only, path, said

from voicebot.core.afterwards import Mail, Webhook
from voicebot.core.record import FactKind, fold


def test_a_message_is_kept_and_others_are_told() -> None:
    hotline = world()
    facts = hotline.play(f'{RING}  1.0  keys     1\n  6.0  caller   "{MESSAGE}"\n')
    message = only(facts, FactKind.MESSAGE)
    assert (message["target"], message["outcome"], message["by"]) == ("desk", "recorded", "silence")
    assert hotline.messages.kept == [message["file"]]
    assert message["duration_ms"] == 20 * len(hotline.messages.files[message["file"]].frames)
    webhook, mail = (notice.message for notice in hotline.outbox.notices)
    assert isinstance(webhook, Webhook)
    assert webhook.body == {"from": "+4917055501", "file": message["file"]}
    assert webhook.secret == "hook"
    assert isinstance(mail, Mail)
    assert mail.attachments == (message["file"],)
    assert mail.subject == "A message from +4917055501"
    assert path(facts) == ["main", "message", "tell", "thanks", "bye"]
    assert len({notice.id for notice in hotline.outbox.notices}) == 2
    nothing_is_left(hotline)


def test_what_was_said_is_kept_when_the_caller_hangs_up_and_others_are_told() -> None:
    hotline = world()
    facts = hotline.play(
        f'{RING}  1.0  keys     1\n  6.0  caller   "{MESSAGE}"\n  8.4  hangup   caller\n'
    )
    message = only(facts, FactKind.MESSAGE)
    assert (message["outcome"], message["by"]) == ("recorded", "hangup")
    assert [type(n.message) for n in hotline.outbox.notices] == [Webhook, Mail]
    assert path(facts) == ["main", "message", "tell", "thanks", "bye"]
    assert "Thank you." not in said(facts)
    record = fold(facts)
    assert record is not None
    assert (record.outcome, record.ended_by) == ("contained", "caller")
    nothing_is_left(hotline)


@pytest.mark.parametrize(
    ("speaks", "outcome", "next_node"),
    [("", "empty", "nothing"), ('  6.0  caller   "uh huh"\n', "too_short", "main")],
)
def test_no_message_leaves_no_file(speaks: str, outcome: str, next_node: str) -> None:
    hotline = world()
    facts = hotline.play(f"{RING}  1.0  keys     1\n{speaks} 20.0  hangup   caller\n")
    message = only(facts, FactKind.MESSAGE)
    assert (message["outcome"], message["file"]) == (outcome, "")
    assert hotline.messages.kept == []
    assert hotline.outbox.notices == []
    assert path(facts)[2] == next_node


def test_a_key_ends_a_message_and_its_greatest_length_does() -> None:
    by_key = world()
    facts = by_key.play(
        f'{RING}  1.0  keys     1\n  6.0  caller   "{MESSAGE}"\n  9.0  keys     #\n'
    )
    assert only(facts, FactKind.MESSAGE)["by"] == "key"
    by_time = world()
    on_and_on = "".join(f'{at:5.1f}  caller   "{MESSAGE}"\n' for at in range(6, 40, 2))
    facts = by_time.play(f"{RING}  1.0  keys     1\n{on_and_on}")
    message = only(facts, FactKind.MESSAGE)
    assert (message["by"], message["duration_ms"]) == ("max", 20_000)


def test_a_message_is_heard_recorded_again_and_kept() -> None:
    hotline = world()
    facts = hotline.play(
        f"{RING}  1.0  keys     7\n"
        f'  6.0  caller   "{MESSAGE}"\n  9.0  keys     #\n'
        " 11.0  keys     2\n"  # hear it
        " 16.0  keys     3\n"  # again
        f' 21.0  caller   "{MESSAGE} please"\n 25.0  keys     #\n'
        " 27.0  keys     1\n"
    )
    first, replaced, second = (dict(fact.data) for fact in of(facts, FactKind.MESSAGE))
    assert first["outcome"] == "recorded"
    assert (replaced["outcome"], replaced["file"]) == ("replaced", first["file"])
    assert hotline.messages.kept == [second["file"]]
    played = np.concatenate([frame.samples for frame in hotline.leg.said])
    assert np.any(played >= 1_000), "the message was not heard"
    assert path(facts) == ["main", "reviewed", "tell", "thanks", "bye"]
    webhook = hotline.outbox.notices[0].message
    assert isinstance(webhook, Webhook)
    assert webhook.body == {"from": "+4917055501", "file": second["file"]}
    nothing_is_left(hotline)


def test_who_hangs_up_in_the_review_has_left_a_message() -> None:
    hotline = world()
    facts = hotline.play(
        f'{RING}  1.0  keys     7\n  6.0  caller   "{MESSAGE}"\n  9.0  keys     #\n'
        " 10.0  hangup   caller\n"
    )
    assert len(hotline.outbox.notices) == 2
    assert path(facts) == ["main", "reviewed", "tell", "thanks", "bye"]
    nothing_is_left(hotline)


def test_an_empty_second_try_does_not_cost_the_first_message() -> None:
    hotline = world()
    facts = hotline.play(
        f'{RING}  1.0  keys     7\n  6.0  caller   "{MESSAGE}"\n  9.0  keys     #\n'
        " 11.0  keys     3\n 30.0  keys     1\n"
    )
    assert hotline.messages.kept == ["message-1.wav"]
    assert hotline.outbox.notices[1].message.attachments == ("message-1.wav",)  # type: ignore[union-attr]
    assert path(facts)[-1] == "bye"


def test_a_message_that_cannot_be_kept_is_apologized_for() -> None:
    hotline = world()
    hotline.messages.failure = "no space left on device"
    facts = hotline.play(f'{RING}  1.0  keys     1\n  6.0  caller   "{MESSAGE}"\n')
    assert path(facts) == ["main", "message", "sorry", "bye"]
    apology = next(f for f in of(facts, FactKind.SAID) if f.data["text"].startswith("Sorry"))
    assert apology.data["start_ms"] - of(facts, FactKind.MESSAGE)[0].at_ms <= DEAD_AIR_MS
    nothing_is_left(hotline)

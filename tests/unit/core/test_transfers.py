"""The table of transfers, and targets."""

from __future__ import annotations

import pytest

from voicebot.core.transfers import (
    TRANSFER_TRANSITIONS,
    Target,
    TargetKind,
    TransferEvent,
    TransferState,
    next_transfer_state,
)

OVER = {
    TransferState.BRIDGED,
    TransferState.CANCELED,
    TransferState.RETURNED_TO_AGENT,
    TransferState.RETURNED_TO_BOT,
    TransferState.VOICEMAIL,
}


def test_every_state_has_a_row_or_is_an_end() -> None:
    assert {state for state, _ in TRANSFER_TRANSITIONS} == set(TransferState) - OVER
    reached = {TransferState.REQUESTED, *TRANSFER_TRANSITIONS.values()}
    assert reached == set(TransferState)
    assert {event for _, event in TRANSFER_TRANSITIONS} == set(TransferEvent)


def test_whatever_is_under_way_ends_with_the_caller_hanging_up() -> None:
    resting = OVER | {TransferState.REJECTED, TransferState.FAILED}
    for state in set(TransferState) - resting:
        assert next_transfer_state(state, TransferEvent.CALLER_GONE) is TransferState.CANCELED


def test_blind_skips_the_briefing_and_what_has_no_row_raises() -> None:
    taken = next_transfer_state(TransferState.RINGING, TransferEvent.TAKEN)
    assert taken is TransferState.ACCEPTED
    with pytest.raises(ValueError, match="bridged cannot be"):
        next_transfer_state(TransferState.BRIDGED, TransferEvent.TAKEN_BACK)


def test_targets() -> None:
    assert Target.parse("number:sip:a@b") == Target(TargetKind.NUMBER, "sip:a@b")
    assert str(Target.parse("queue: billing")) == "queue:billing"
    for text in ("billing", "queue:", "shelf:one", ""):
        with pytest.raises(ValueError, match=r"."):
            Target.parse(text)

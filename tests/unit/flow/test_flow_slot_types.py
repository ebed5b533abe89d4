"""Slots of type phone and card, and what a slot says of its dates and times."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from voicebot.core.meaning import SlotType, SlotValue, Toward
from voicebot.flow.keyed import key_spec, read_keys
from voicebot.flow.slot import Slot
from voicebot.flow.values import as_type

CARD = "4242424242424242"


def slot(**fields: object) -> Slot:
    return Slot.model_validate(fields)


def test_a_card_is_secret_unless_the_flow_says_otherwise() -> None:
    assert slot(type="card").secret
    assert not slot(type="card", secret=False).secret
    assert not slot(type="phone").secret


@pytest.mark.parametrize(
    ("fields", "keys", "value"),
    [
        ({"type": "card"}, CARD, CARD),
        ({"type": "card"}, CARD[:-1] + "1", None),
        ({"type": "card"}, CARD[:-1], None),
        ({"type": "phone"}, "4155552671", "+14155552671"),
        ({"type": "phone"}, "415555", None),
        ({"type": "phone"}, "415*5552671", None),
        ({"type": "phone", "region": "CN"}, "13800138000", "+8613800138000"),
        ({"type": "phone", "region": "DE"}, "015112345678", "+4915112345678"),
    ],
)
def test_by_keys(fields: dict[str, str], keys: str, value: str | None) -> None:
    found = read_keys(slot(**fields), keys, currency="USD", today=None)
    assert (found.value if found else None) == value


def test_a_number_without_a_region_of_its_own_is_of_the_language() -> None:
    found = read_keys(slot(type="phone"), "13800138000", currency="CNY", today=None, region="CN")
    assert found is not None
    assert found.value == "+8613800138000"


def test_all_digits_of_a_card_can_be_keyed() -> None:
    keys = key_spec(slot(type="card"))
    assert keys is not None
    assert (keys.min_digits, keys.max_digits) == (13, 19)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"type": "phone", "region": "XX"}, "no country has the code XX"),
        ({"type": "date", "region": "US"}, "only a slot of type phone has a region"),
        ({"type": "date", "hours": "11:00-22:00"}, "only a slot of type time or datetime"),
        ({"type": "time", "hours": "11-22"}, "pattern"),
        ({"type": "time", "hours": "11:00-24:00"}, "pattern"),
        ({"type": "time", "toward": "past"}, "only a slot of type date or datetime"),
        ({"type": "date", "toward": "sideways"}, "'future' or 'past'"),
    ],
)
def test_what_does_not_fit_is_said(fields: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        slot(**fields)


def test_hours_are_minutes_of_the_day() -> None:
    assert slot(type="time", hours="11:00-22:30").minutes == (660, 1350)
    assert slot(type="time").minutes is None
    assert slot(type="date", toward="past").toward is Toward.PAST


@pytest.mark.parametrize(
    ("kind", "text", "fits"),
    [
        (SlotType.PHONE, "+14155552671", True),
        (SlotType.PHONE, "4155552671", False),
        (SlotType.CARD, CARD, True),
        (SlotType.CARD, "4242 4242", False),
    ],
)
def test_what_a_back_end_gives_must_be_of_the_type(
    kind: SlotType, text: str, *, fits: bool
) -> None:
    if fits:
        assert as_type(text, kind, "USD") == SlotValue(kind, text)
    else:
        with pytest.raises(ValueError, match=r"digits|number"):
            as_type(text, kind, "USD")

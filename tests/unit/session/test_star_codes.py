"""Which code means what."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from voicebot.core.call import LegInfo
from voicebot.core.queueing import AgentSpec
from voicebot.session.star_codes import TABLE, UNKNOWN, Dialed, StarCodes, find, mistakes
from voicebot.session.star_proof import LOCKED_MS, MOST_WRONG, Pins, owner_of

CODES = StarCodes()


def test_every_code_has_a_row_and_every_row_a_code() -> None:
    assert {field.name for field in fields(StarCodes)} == set(TABLE)
    assert not list(mistakes(CODES))


@pytest.mark.parametrize(
    ("called", "meant"),
    [
        ("*11", Dialed("log_in")),
        ("*13", Dialed("pause")),
        ("*132", Dialed("pause", "2")),
        ("*139", UNKNOWN),
        ("*119", UNKNOWN),
        ("*1", UNKNOWN),
        ("11", None),
        ("*", None),
        ("**11", None),
        ("bank_en", None),
        ("", None),
    ],
)
def test_what_a_called_number_means(called: str, meant: Dialed | None) -> None:
    assert find(CODES, called) == meant


def test_a_code_that_is_switched_off_means_nothing() -> None:
    assert find(replace(CODES, log_in=""), "*11") == UNKNOWN


@pytest.mark.parametrize(
    ("codes", "setting"),
    [
        (replace(CODES, log_in="11"), "log_in"),
        (replace(CODES, log_in="*1a"), "log_in"),
        (replace(CODES, log_out="*11"), "log_out"),
        (replace(CODES, resume="*131"), "resume"),
    ],
)
def test_codes_that_cannot_be_told_apart_are_found(codes: StarCodes, setting: str) -> None:
    [(found, message, hint)] = mistakes(codes)
    assert found == setting
    assert message
    assert hint


# ---------------------------------------------------------------- whose phone it is

ANNA = AgentSpec("anna", "sip:anna@192.0.2.7:5062;transport=tcp", ())
BEN = AgentSpec("ben", "sip:ben@proxy.example", ())


@pytest.mark.parametrize(
    ("info", "owner"),
    [
        (LegInfo(caller="anna", source="192.0.2.7:40000"), ANNA),
        (LegInfo(caller="anna", source="192.0.2.8:40000"), None),
        (LegInfo(caller="eva", source="192.0.2.7:40000"), None),
        (LegInfo(caller="", source="192.0.2.7:40000"), None),
        (LegInfo(caller="anna", source="192.0.2.7:40000", trunk="pstn"), None),
        (LegInfo(caller="ben", source="192.0.2.99:5060", trunk="proxy"), BEN),
        (LegInfo(caller="ben", source="192.0.2.99:5060", trunk="pstn"), None),
        (LegInfo(caller="ben", source="192.0.2.99:5060"), None),
    ],
)
def test_a_phone_is_an_agents_by_user_and_by_where_it_is(
    info: LegInfo, owner: AgentSpec | None
) -> None:
    assert owner_of(info, [ANNA, BEN], {"proxy": "proxy.example:5060"}) == owner


def test_who_guesses_a_pin_is_shut_out_for_a_while() -> None:
    now = [0]
    pins, anna = Pins(lambda: now[0]), replace(ANNA, pin="4711")
    for _ in range(MOST_WRONG):
        assert not pins.is_locked(anna)
        assert not pins.is_right(anna, "0000")
    assert pins.is_locked(anna)
    now[0] = LOCKED_MS
    assert not pins.is_locked(anna)
    assert pins.is_right(anna, "4711")
    assert not pins.is_right(ANNA, "")  # who has no PIN has none that is right

"""Keys that agents press in talks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.transfers import Target, TargetKind, TransferMode
from voicebot.session.talk_keys import PAUSE_MS, Asked, HandOver, Plain, TalkKeys, Unknown
from voicebot.session.talk_settings import TransferSettings

SETTINGS = TransferSettings(codes={"31": "queue:cards"})
NUMBERS = {"201": "anna"}


def pressed(keys: str, settings: TransferSettings = SETTINGS, every_ms: int = 300) -> list[Asked]:
    pad = TalkKeys(settings, NUMBERS)
    found = (pad.feed(key, number * every_ms) for number, key in enumerate(keys, 1))
    return [wanted for wanted in found if wanted is not None]


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ("*1201#", HandOver(Target(TargetKind.AGENT, "anna"), TransferMode.ATTENDED)),
        ("*2201#", HandOver(Target(TargetKind.AGENT, "anna"), TransferMode.BLIND)),
        ("*231#", HandOver(Target(TargetKind.QUEUE, "cards"), TransferMode.BLIND)),
        ("*29#", Unknown()),
        ("*2#", Unknown()),
        ("*9#", Unknown()),
        ("*3", Plain("conference")),
        ("*4", Plain("complete")),
        ("*0", Plain("take_back")),
    ],
)
def test_what_codes_ask_for(keys: str, wanted: Asked) -> None:
    assert pressed(keys) == [wanted]


def test_numbers_only_where_they_are_allowed() -> None:
    assert pressed("*20301234#") == [Unknown()]
    free = TransferSettings(numbers=True)
    [wanted] = pressed("*20301234#", free)
    assert wanted == HandOver(Target(TargetKind.NUMBER, "0301234"), TransferMode.BLIND)


def test_a_star_begins_anew_and_other_keys_ask_for_nothing() -> None:
    assert pressed("12#*220*2201#") == pressed("*2201#")


def test_what_was_begun_long_ago_is_forgotten() -> None:
    assert pressed("*2201#", every_ms=PAUSE_MS + 1) == []


@given(st.text(alphabet="0123456789*#", max_size=40))
def test_whatever_is_pressed_a_code_works_afterwards(keys: str) -> None:
    assert pressed(f"{keys}*2201#")[-1] == pressed("*2201#")[0]

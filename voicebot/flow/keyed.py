"""Typed values that are keyed in on a telephone.

digits    as they are                    number, money  12*50 is 12.50
phone     as it is dialed                card           a number that is right by Luhn
yes_no    1 yes, 2 no                    choice         the option's key
date      MMDD or YYYYMMDD               time           HHMM, 24 hours
datetime, duration, text: by voice only
"""

from __future__ import annotations

import datetime

from voicebot.core import cards, telephone
from voicebot.core.meaning import SlotType, SlotValue
from voicebot.core.turn import KeySpec
from voicebot.flow.slot import Slot


def key_spec(slot: Slot, *, terminators: str = "#", cancel: str = "") -> KeySpec | None:
    """The keys that fill a slot; None where it cannot be keyed in."""
    match slot.type:
        case SlotType.DIGITS:
            return KeySpec(slot.longest, slot.shortest, terminators, cancel)
        case SlotType.PHONE:
            return KeySpec(telephone.MOST, telephone.FEWEST, terminators, cancel)
        case SlotType.CARD:
            return KeySpec(cards.LONGEST, cards.SHORTEST, terminators, cancel)
        case SlotType.NUMBER | SlotType.MONEY:
            return KeySpec(12, 1, terminators, cancel)
        case SlotType.DATE:
            return KeySpec(8, 4, terminators, cancel)
        case SlotType.TIME:
            return KeySpec(4, 3, terminators, cancel)
        case SlotType.YES_NO:
            return KeySpec(options=("1", "2"), terminators=terminators)
        case SlotType.CHOICE:
            keys = tuple(option.key for option in slot.options.values() if option.key)
            return KeySpec(max(map(len, keys)), 1, terminators, options=keys) if keys else None
        case _:
            return None


def read_keys(
    slot: Slot,
    digits: str,
    *,
    currency: str,
    today: datetime.date | None,
    region: str = "US",
) -> SlotValue | None:
    """The value that was keyed in; None if it is none. `region` (ISO 3166) is where telephone
    numbers are of whose slot names none."""
    if slot.type is SlotType.PHONE:
        value = telephone.e164(digits, slot.region or region) if digits.isdecimal() else None
    else:
        value = _canonical(slot, digits, currency, today)
    return None if value is None else SlotValue(slot.type, value, digits)


def _canonical(slot: Slot, digits: str, currency: str, today: datetime.date | None) -> str | None:
    match slot.type:
        case SlotType.DIGITS:
            fits = digits.isdecimal() and slot.shortest <= len(digits) <= slot.longest
            return digits if fits else None
        case SlotType.CARD:
            return digits if cards.is_card(digits) else None
        case SlotType.NUMBER:
            return _number(digits)
        case SlotType.MONEY:
            amount = _number(digits)
            if amount is None or float(amount) == 0:
                return None  # No amount: the key of a command, most of all that for a person.
            return f"{float(amount):.2f} {slot.currency or currency}"
        case SlotType.YES_NO:
            return {"1": "yes", "2": "no"}.get(digits)
        case SlotType.DATE:
            return _date(digits, today)
        case SlotType.TIME:
            return _time(digits)
        case SlotType.CHOICE:
            chosen = [name for name, option in slot.options.items() if option.key == digits]
            return chosen[0] if chosen else None
        case _:
            return None


def _number(digits: str) -> str | None:
    return str(int(digits)) if digits.isdecimal() else None


def _date(digits: str, today: datetime.date | None) -> str | None:
    try:
        if len(digits) == 8:
            return datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).isoformat()
        if len(digits) != 4 or today is None:
            return None
        found = datetime.date(today.year, int(digits[:2]), int(digits[2:]))
        return (found if found >= today else found.replace(year=today.year + 1)).isoformat()
    except ValueError:
        return None


def _time(digits: str) -> str | None:
    if len(digits) not in (3, 4) or not digits.isdecimal():
        return None
    try:
        return datetime.time(int(digits[:-2]), int(digits[-2:])).isoformat("minutes")
    except ValueError:
        return None

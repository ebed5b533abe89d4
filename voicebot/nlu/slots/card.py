"""Numbers of payment cards. What is right by Luhn is taken, so that a misheard digit is noticed.

All digits in a row are one number; what follows a whole one (its expiry) is left out.
"""

from __future__ import annotations

from voicebot.core import cards
from voicebot.core.meaning import SlotSpec, SlotType
from voicebot.nlu.slots import digits
from voicebot.nlu.slots.reading import Reading, Scene, Words

_ANY = SlotSpec("", SlotType.DIGITS, min_length=1, max_length=40)
_EXPIRY = 3
"""Digits behind a card's number that are no part of it: month and year."""


def read(words: Words, at: int, spec: SlotSpec, scene: Scene) -> list[Reading]:
    """The card number whose digits begin at `at`."""
    found = [] if digits.goes_on(words, at) else digits.read(words, at, _ANY, scene)
    if not found:
        return []
    whole, usual = found[0], cards.usual_length(found[0].value)
    if cards.is_card(whole.value):
        return [whole]
    if len(whole.value) < usual + _EXPIRY:
        return []
    return [r for r in found if len(r.value) == usual and cards.is_card(r.value)]


def may_grow(number: str) -> bool:
    """Whether a card's number may be the beginning of a longer one."""
    return len(number) < cards.usual_length(number)

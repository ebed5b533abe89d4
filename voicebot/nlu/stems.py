"""Word stems, rough: inflected forms of one English verb or noun meet."""

from __future__ import annotations

from functools import lru_cache

_IRREGULAR = {
    form: stem
    for stem, forms in {
        "lose": "lost losing loses",
        "steal": "stole stolen stealing steals",
        "forget": "forgot forgotten forgetting forgets",
        "pay": "paid pays paying payment payments",
        "send": "sent sends sending",
        "buy": "bought buying buys",
        "take": "took taken taking takes",
        "break": "broke broken breaking breaks",
        "leave": "left leaving leaves",
        "find": "found finding finds",
        "make": "made making makes",
        "see": "saw seen seeing sees",
        "meet": "met meeting meets",
        "speak": "spoke spoken speaking speaks",
        "talk": "talking talked talks",
        "tell": "told telling tells",
        "open": "opening opened opens",
        "close": "closing closed closes",
        "book": "booking booked books bookings",
        "transfer": "transferring transferred transfers",
        "withdraw": "withdrew withdrawn withdrawal withdrawing",
        "spend": "spent spending spends",
        "move": "moved moving moves",
        "change": "changed changing changes",
        "appointment": "appointments",
    }.items()
    for form in forms.split()
}


_ENDINGS = (
    ("ments", ""),
    ("ment", ""),
    ("ies", "y"),
    ("ied", "y"),
    ("ing", ""),
    ("ed", ""),
    ("es", ""),
    ("s", ""),
)


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """The stem of a lower-case English word; other words as they are."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 3 or not word.isascii():
        return word
    for ending, rest in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return (word.removesuffix(ending) + rest).rstrip("e")
    return word.rstrip("e")

"""Numbers of payment cards: the check digit, and how long a number is (ISO/IEC 7812)."""

from __future__ import annotations

SHORTEST, LONGEST = 13, 19
"""Digits of a card number, of whatever issuer."""


_LENGTHS = {"4": (13, 16, 19), "34": (15,), "37": (15,)} | {f"5{n}": (16,) for n in range(1, 6)}
"""Visa, American Express, Mastercard."""


def is_card(digits: str) -> bool:
    """Whether a string may be a card's number: its length, and its last digit by Luhn."""
    lengths = _LENGTHS.get(digits[:1]) or _LENGTHS.get(digits[:2]) or range(SHORTEST, LONGEST + 1)
    return len(digits) in lengths and _luhn(digits) and len(set(digits)) > 1


def usual_length(digits: str) -> int:
    """Digits of the number that begins like this: American Express 15, others 16; up to 19 where
    the issuer's numbers differ in length (UnionPay)."""
    if digits.startswith(("34", "37")):
        return 15
    return LONGEST if digits.startswith("62") else 16


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    if not (digits.isascii() and digits.isdecimal()):
        return False
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    total = sum(map(int, digits[-1::-2])) + sum(n - 9 if n > 9 else n for n in doubled)
    return total % 10 == 0

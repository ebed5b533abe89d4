"""Where the country's code ends in a telephone number (ITU-T E.164, list of codes)."""

from __future__ import annotations

import re

_E164 = re.compile(r"\+([1-9]\d{4,14})", re.ASCII)
_ONE = frozenset("17")
_WITH_TWO = """
    20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58
    60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98
"""
_TWO = frozenset(_WITH_TWO.split())


def split_e164(number: str) -> tuple[str, str]:
    """Country's code and the rest of `+4917055501`. Raises `ValueError` where it is no such
    number."""
    found = _E164.fullmatch(number)
    if found is None:
        raise ValueError("not a telephone number")
    digits = found[1]
    size = 1 if digits[0] in _ONE else 2 if digits[:2] in _TWO else 3
    return digits[:size], digits[size:]

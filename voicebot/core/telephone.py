"""Telephone numbers as they are said or keyed, to E.164; by the numbering plans of all countries
that the `phonenumbers` library has (the only place that imports it).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import phonenumbers

HOME = {"en": "US", "zh": "CN"}
"""The region whose numbers are meant, by the language of the call, where none is set."""
FEWEST, MOST = 5, 18
"""Digits as dialed; at most fifteen (E.164) and a prefix for other countries."""


def e164(dialed: str, region: str) -> str | None:
    """`+14155552671` of a number as it is dialed in `region` (ISO 3166, two letters), or with `+`
    before its country's code; None where no telephone can have it."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(dialed, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def may_go_on(dialed: str, region: str) -> bool:
    """Whether more digits may follow: it is no number yet, or longer ones begin like it."""
    if len(dialed) >= MOST:
        return False
    return e164(dialed, region) is None or any(e164(dialed + d, region) for d in "0123456789")


def is_short(dialed: str, region: str) -> bool:
    """Whether digits are missing: it is no number, and mobile numbers of its country are longer."""
    import phonenumbers

    if len(dialed) < FEWEST:
        return True
    try:
        parsed = phonenumbers.parse(dialed, region)
    except phonenumbers.NumberParseException:
        return False
    if phonenumbers.is_valid_number(parsed):
        return False
    country = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    usual = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    return usual is not None and len(_digits(parsed)) < len(_digits(usual))


def _digits(parsed: phonenumbers.PhoneNumber) -> str:
    return str(parsed.national_number)


@lru_cache(maxsize=1_024)
def is_region(region: str) -> bool:
    """Whether there is a numbering plan for a country of that code."""
    import phonenumbers

    return region in phonenumbers.SUPPORTED_REGIONS

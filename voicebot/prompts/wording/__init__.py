"""From a slot's canonical value to words, by type and language.

word(SlotValue(SlotType.MONEY, "12.50 USD"), "en")  ->  "twelve dollars and fifty cents"
word(SlotValue(SlotType.TIME, "15:30"), "zh")       ->  "下午三点半"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal

from voicebot.core.meaning import SlotType, SlotValue
from voicebot.prompts.wording import en, zh
from voicebot.prompts.wording.country_codes import split_e164
from voicebot.prompts.wording.language import Language

_Worder = Callable[[Language, str, date | None], str]

LANGUAGES: dict[str, Language] = {"en": en, "zh": zh}
"""By primary language tag (BCP 47)."""

_DIGIT_STRINGS = (SlotType.DIGITS, SlotType.PHONE, SlotType.CARD)
_DECIMAL = re.compile(r"-?\d+(?:\.\d+)?")


def primary_tag(language: str) -> str:
    """`zh` of `zh-Hans-CN` (BCP 47)."""
    return language.replace("_", "-").split("-", 1)[0].lower()


def word(value: SlotValue, language: str, *, today: date | None = None) -> str:
    """The words for a value.

    A value that is not canonical, or a language without wording, is said as it is written:
    a caller is better served by "12.5 X" than by silence.
    """
    known = LANGUAGES.get(primary_tag(language))
    if known is None:
        return _as_written(value)
    try:
        return _WORDERS[value.type](known, value.value, today)
    except ValueError:
        return _as_written(value)


def listing(items: Sequence[str], language: str, *, inclusive: bool = False) -> str:
    """`a, b or c`; `a, b and c` where inclusive."""
    known = LANGUAGES.get(primary_tag(language))
    return known.listing(items, inclusive=inclusive) if known else ", ".join(items)


def ordinal(value: int, language: str) -> str:
    """`second`, `第二`; the number itself in a language without wording."""
    known = LANGUAGES.get(primary_tag(language))
    return known.ordinal(value) if known else str(value)


def _as_written(value: SlotValue) -> str:
    return " ".join(value.value) if value.type in _DIGIT_STRINGS else value.value


def _digits(language: Language, value: str, _today: date | None) -> str:
    return language.digits(value)


def _number(language: Language, value: str, _today: date | None) -> str:
    return language.number(_decimal(value))


def _yes_no(language: Language, value: str, _today: date | None) -> str:
    if value not in ("yes", "no"):
        raise ValueError("neither yes nor no")
    return language.yes_no(value == "yes")


def _date(language: Language, value: str, today: date | None) -> str:
    return language.date(date.fromisoformat(value), today)


def _time(language: Language, value: str, _today: date | None) -> str:
    return language.time(time.fromisoformat(value))


def _datetime(language: Language, value: str, today: date | None) -> str:
    moment = datetime.fromisoformat(value)
    return language.moment(moment.date(), moment.time(), today)


def _duration(language: Language, value: str, _today: date | None) -> str:
    if not re.fullmatch(r"\d+", value, re.ASCII):
        raise ValueError("no whole number of seconds")
    return language.duration(int(value))


def _money(language: Language, value: str, _today: date | None) -> str:
    amount, _, currency = value.partition(" ")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise ValueError("no currency")
    return language.money(_decimal(amount), currency)


def _phone(language: Language, value: str, _today: date | None) -> str:
    """A number of the language's own country as it is dialed there, others with their code."""
    code, national = split_e164(value)
    if code == language.COUNTRY_CODE:
        return language.digits(national)
    return f"{language.PLUS} {language.digits(code)}, {language.digits(national)}"


def _choice(_language: Language, value: str, _today: date | None) -> str:
    return value.replace("_", " ")


def _text(_language: Language, value: str, _today: date | None) -> str:
    return value


def _decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text) or not text.isascii():
        raise ValueError("no decimal number")
    return Decimal(text)


_WORDERS: dict[SlotType, _Worder] = {
    SlotType.DIGITS: _digits,
    SlotType.NUMBER: _number,
    SlotType.YES_NO: _yes_no,
    SlotType.DATE: _date,
    SlotType.TIME: _time,
    SlotType.DATETIME: _datetime,
    SlotType.DURATION: _duration,
    SlotType.MONEY: _money,
    SlotType.PHONE: _phone,
    SlotType.CARD: _digits,
    SlotType.CHOICE: _choice,
    SlotType.TEXT: _text,
}

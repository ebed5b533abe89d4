"""English, as an American speaks it on the telephone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from voicebot.prompts.wording.grouping import groups

COUNTRY_CODE, PLUS = "1", "plus"
_NUMERALS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen
"""
_SMALL = _NUMERALS.split()
_KEYS = dict(zip("0123456789*#", [*_SMALL[:10], "star", "pound"], strict=True))
_TENS = ["", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_LIMIT = 10**15
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_CALENDAR = """
    January February March April May June July August September October November December
"""
_MONTHS = _CALENDAR.split()
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_NEAR_DAYS = 180
"""Within so many days of today the year goes without saying."""

_CURRENCIES: dict[str, tuple[str, str, str, str]] = {
    "USD": ("dollar", "dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "GBP": ("pound", "pounds", "penny", "pence"),
    "CNY": ("yuan", "yuan", "fen", "fen"),
    "HKD": ("Hong Kong dollar", "Hong Kong dollars", "cent", "cents"),
    "TWD": ("Taiwan dollar", "Taiwan dollars", "cent", "cents"),
    "SGD": ("Singapore dollar", "Singapore dollars", "cent", "cents"),
    "CAD": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "AUD": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "CHF": ("Swiss franc", "Swiss francs", "centime", "centimes"),
    "INR": ("rupee", "rupees", "paisa", "paise"),
    "JPY": ("yen", "yen", "", ""),
    "KRW": ("won", "won", "", ""),
}


def digits(text: str) -> str:
    """`0123456` -> `zero one two, three four five six`."""
    unknown = set(text) - set(_KEYS)
    if unknown or not text:
        raise ValueError("not a string of digits")
    return ", ".join(" ".join(_KEYS[digit] for digit in group) for group in groups(text))


def number(value: Decimal) -> str:
    """`-12` -> `minus twelve`, `3.5` -> `three point five`."""
    sign = "minus " if value < 0 else ""
    whole, _, fraction = f"{abs(value):f}".partition(".")
    words = _cardinal(int(whole))
    if fraction:
        words += " point " + " ".join(_KEYS[digit] for digit in fraction)
    return sign + words


def ordinal(value: int) -> str:
    """`23` -> `twenty third`."""
    if value < 1:
        raise ValueError("ordinals count from 1")
    head, _, last = _cardinal(value).rpartition(" ")
    plain = last[:-1] + "ie" if last.endswith("y") else last
    return f"{head} {_ORDINALS.get(last, plain + 'th')}".strip()


def date(value: dt.date, today: dt.date | None) -> str:
    """`Monday the twenty third of November`; `today`, `tomorrow` and `yesterday` by name."""
    away = (value - today).days if today else None
    if away is not None and abs(away) <= 1:
        return ("yesterday", "today", "tomorrow")[away + 1]
    day = f"the {ordinal(value.day)} of {_MONTHS[value.month - 1]}"
    weekday = _WEEKDAYS[value.weekday()]
    if away is None:
        return f"{weekday} {day}, {_year(value.year)}"
    return f"{weekday} {day}" if abs(away) <= _NEAR_DAYS else f"{day}, {_year(value.year)}"


def time(value: dt.time) -> str:
    """`15:30` -> `three thirty p.m.`; noon and midnight by name."""
    if value.minute == 0 and value.hour in (0, 12):
        return "noon" if value.hour else "midnight"
    hour = _SMALL[value.hour % 12 or 12]
    half = "p.m." if value.hour >= 12 else "a.m."
    if value.minute == 0:
        return f"{hour} {half}"
    return f"{hour} {'oh ' if value.minute < 10 else ''}{_cardinal(value.minute)} {half}"


def clock(hour: int, minute: int, /) -> str:
    """`9:00` -> `nine o'clock`, `5:05` -> `five oh five`."""
    if minute == 0:
        return f"{_cardinal(hour)} o'clock"
    return f"{_cardinal(hour)} {'oh ' if minute < 10 else ''}{_cardinal(minute)}"


def moment(value: dt.date, clock: dt.time, today: dt.date | None) -> str:
    """`Monday the twenty third of November at three thirty p.m.`"""
    return f"{date(value, today)} at {time(clock)}"


def duration(seconds: int) -> str:
    """`90` -> `one minute and thirty seconds`."""
    parts = []
    for size, unit in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{_cardinal(count)} {unit}{'s' if count != 1 else ''}")
    return listing(parts, inclusive=True) if parts else "zero seconds"


def money(amount: Decimal, currency: str) -> str:
    """`12.50 USD` -> `twelve dollars and fifty cents`. A currency without a name here, or a
    finer amount than it has coins for, is said as a decimal number."""
    major, majors, minor, minors = _CURRENCIES.get(currency, (" ".join(currency),) * 2 + ("", ""))
    hundredths = abs(amount) * 100
    if hundredths != int(hundredths) or (not minor and amount != int(amount)):
        return f"{number(amount)} {majors}"
    whole, part = divmod(int(hundredths), 100)
    said = []
    if whole or not part:
        said.append(f"{_cardinal(whole)} {major if whole == 1 else majors}")
    if part:
        said.append(f"{_cardinal(part)} {minor if part == 1 else minors}")
    return ("minus " if amount < 0 else "") + " and ".join(said)


def yes_no(value: bool, /) -> str:
    """`yes` or `no`."""
    return "yes" if value else "no"


def listing(items: Sequence[str], *, inclusive: bool) -> str:
    """`a, b or c`; `a, b and c` where inclusive."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {'and' if inclusive else 'or'} {items[-1]}"


def _cardinal(value: int) -> str:
    if value >= _LIMIT:
        return digits(str(value))
    words = []
    for size, name in _SCALES:
        count, value = divmod(value, size)
        if count:
            words += [_below_thousand(count), name]
    if value or not words:
        words.append(_below_thousand(value))
    return " ".join(words)


def _below_thousand(value: int) -> str:
    hundreds, rest = divmod(value, 100)
    words = [_SMALL[hundreds], "hundred"] if hundreds else []
    if rest >= 20:
        words.append(_TENS[rest // 10])
        rest %= 10
    if rest or not words:
        words.append(_SMALL[rest])
    return " ".join(words)


def _year(value: int) -> str:
    """`nineteen ninety nine`, `two thousand five`, `twenty twenty six`."""
    century, rest = divmod(value, 100)
    if not 10 <= century < 100 or (century % 10 == 0 and rest < 10):
        return _cardinal(value)
    tail = "hundred" if rest == 0 else f"oh {_SMALL[rest]}" if rest < 10 else _cardinal(rest)
    return f"{_cardinal(century)} {tail}"

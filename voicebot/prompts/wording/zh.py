"""Mandarin Chinese, as spoken on the telephone in mainland China."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from voicebot.prompts.wording.grouping import groups

COUNTRY_CODE, PLUS = "86", "加"
_NUMERALS = "零一二三四五六七八九"
_KEYS = dict(zip("0123456789*#", "零幺二三四五六七八九星井", strict=True))
"""One is said 幺 (yāo) in strings of digits, so that it is not taken for 七."""

_PLACES = ("", "十", "百", "千")
_MYRIADS = ("", "万", "亿", "万亿")
_LIMIT = 10**16
_WEEKDAYS = "一二三四五六日"
_NEAR = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"}
_NEAR_DAYS = 180
"""Within so many days of today the year goes without saying."""

_UNITS = ((86_400, "天"), (3_600, "小时"), (60, "分钟"), (1, "秒"))
_PERIODS = ((5, "凌晨"), (8, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
"""First hour that no longer belongs to it, and its name."""

_TENTHS = {"CNY": "元", "HKD": "港元", "TWD": "新台币"}
"""Currencies whose parts are said in 角 and 分."""
_HUNDREDTHS = {
    "USD": ("美元", "美分"),
    "EUR": ("欧元", "欧分"),
    "GBP": ("英镑", "便士"),
    "CAD": ("加元", "加分"),
    "AUD": ("澳元", "澳分"),
    "SGD": ("新加坡元", "分"),
}
_WHOLE = {"JPY": "日元", "KRW": "韩元", "CHF": "瑞士法郎", "INR": "卢比"}


def digits(text: str) -> str:
    """`13800138000` -> `幺三八，零零幺三，八零零零`."""
    if not text or set(text) - set(_KEYS):
        raise ValueError("not a string of digits")
    return "，".join("".join(_KEYS[digit] for digit in group) for group in groups(text))


def number(value: Decimal) -> str:
    """`-12` -> `负十二`, `3.5` -> `三点五`."""
    sign = "负" if value < 0 else ""
    whole, _, fraction = f"{abs(value):f}".partition(".")
    words = _cardinal(int(whole))
    if fraction:
        words += "点" + "".join(_NUMERALS[int(digit)] for digit in fraction)
    return sign + words


def ordinal(value: int) -> str:
    """`2` -> `第二`."""
    if value < 1:
        raise ValueError("ordinals count from 1")
    return "第" + _cardinal(value)


def date(value: dt.date, today: dt.date | None) -> str:
    """`十一月二十三日，星期一`; 前天 to 后天 by name."""
    away = (value - today).days if today else None
    if away in _NEAR:
        return _NEAR[away]
    day = f"{_cardinal(value.month)}月{_cardinal(value.day)}日"
    weekday = f"，星期{_WEEKDAYS[value.weekday()]}"
    year = "".join(_NUMERALS[int(digit)] for digit in str(value.year)) + "年"
    if away is None:
        return year + day + weekday
    return day + weekday if abs(away) <= _NEAR_DAYS else year + day


def time(value: dt.time) -> str:
    """`15:30` -> `下午三点半`."""
    period = next(name for end, name in _PERIODS if value.hour < end)
    hour = value.hour - 12 if value.hour > 12 else value.hour
    if value.minute == 30:
        return f"{period}{_count(hour)}点半"
    return period + clock(hour, value.minute)


def clock(hour: int, minute: int, /) -> str:
    """`9:00` -> `九点`, `17:30` -> `十七点三十分`."""
    zero = "零" if 0 < minute < 10 else ""
    return f"{_count(hour)}点" + (f"{zero}{_cardinal(minute)}分" if minute else "")


def moment(value: dt.date, clock: dt.time, today: dt.date | None) -> str:
    """`十一月二十三日，星期一下午三点半`."""
    return date(value, today) + time(clock)


def duration(seconds: int) -> str:
    """`90` -> `一分钟三十秒`."""
    words = ""
    for size, unit in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            words += _count(count) + unit
    return words or "零秒"


def money(amount: Decimal, currency: str) -> str:
    """`12.50 CNY` -> `十二元五角`, `12.50 USD` -> `十二美元五十美分`. A currency without a name
    here, or a finer amount than it has coins for, is said as a decimal number."""
    name = _TENTHS.get(currency) or _HUNDREDTHS.get(currency, ("",))[0] or _WHOLE.get(currency)
    name = name or " ".join(currency)
    hundredths = abs(amount) * 100
    coins = currency in _TENTHS or currency in _HUNDREDTHS
    if hundredths != int(hundredths) or (not coins and amount != int(amount)):
        return number(amount) + name
    whole, part = divmod(int(hundredths), 100)
    words = _count(whole) + name if whole or not part else ""
    if part:
        words += _jiao_fen(part, after=bool(whole)) if currency in _TENTHS else ""
        words += _cents(part, currency, after=bool(whole)) if currency in _HUNDREDTHS else ""
    return ("负" if amount < 0 else "") + words


def yes_no(value: bool, /) -> str:
    """`是` or `否`."""
    return "是" if value else "否"


def listing(items: Sequence[str], *, inclusive: bool) -> str:
    """`甲、乙或丙`; `甲、乙和丙` where inclusive."""
    if len(items) < 2:
        return "".join(items)
    return f"{'、'.join(items[:-1])}{'和' if inclusive else '或'}{items[-1]}"


def _jiao_fen(part: int, *, after: bool) -> str:
    tenths, rest = divmod(part, 10)
    words = _count(tenths) + "角" if tenths else "零" if after else ""
    return words + (_count(rest) + "分" if rest else "")


def _cents(part: int, currency: str, *, after: bool) -> str:
    zero = "零" if after and part < 10 else ""
    return zero + _count(part) + _HUNDREDTHS[currency][1]


def _count(value: int) -> str:
    """Before a measure word a lone two is 两."""
    return "两" if value == 2 else _cardinal(value)


def _cardinal(value: int) -> str:
    """Groups of four digits; one 零 wherever places are skipped."""
    if value >= _LIMIT:
        return "".join(_NUMERALS[int(digit)] for digit in str(value))
    words, gap = "", False
    for power in range(len(_MYRIADS) - 1, -1, -1):
        group = value // 10_000**power % 10_000
        if not group:
            gap = bool(words)
            continue
        zero = "零" if words and (gap or group < 1_000) else ""
        words += zero + _myriad(group, power, leading=not words) + _scale(value, power)
        gap = False
    return words or "零"


def _scale(value: int, power: int) -> str:
    """The name of a group; 亿 is said once where 万亿 and 亿 both have digits."""
    if power == 3 and value // 10_000**2 % 10_000:
        return "万"
    return _MYRIADS[power]


def _myriad(group: int, power: int, *, leading: bool) -> str:
    """One to four digits. Two is 两 before 千, before 百 where it leads, and before 万 and 亿."""
    if group == 2 and power:
        return "两"
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if not digit:
            gap = bool(words)
            continue
        first = not words
        words += "零" if gap else ""
        words += _digit(digit, place, leading=leading and first) + _PLACES[place]
        gap = False
    return words


def _digit(digit: int, place: int, *, leading: bool) -> str:
    if digit == 2 and (place == 3 or (place == 2 and leading)):
        return "两"
    if digit == 1 and place == 1 and leading:
        return ""
    return _NUMERALS[digit]

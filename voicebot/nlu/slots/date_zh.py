"""Chinese dates: 今天, 大后天, 下周一, 十一月二十三号, 二十三号, 三天后, 月底."""

from __future__ import annotations

from datetime import date

from voicebot.nlu.slots import calendar
from voicebot.nlu.slots import numerals_zh as numerals
from voicebot.nlu.slots.reading import Lexicon, Words, lexicon, table, word_at

_DAYS = Lexicon(
    {
        "今天": 0,
        "今日": 0,
        "今儿": 0,
        "今晚": 0,
        "今早": 0,
        "当天": 0,
        "明天": 1,
        "明日": 1,
        "明儿": 1,
        "明早": 1,
        "明晚": 1,
        "后天": 2,
        "后日": 2,
        "大后天": 3,
        "昨天": -1,
        "昨日": -1,
        "昨晚": -1,
        "前天": -2,
        "大前天": -3,
    }
)
HALF_DAYS_WITHIN = {"今晚", "今早", "明早", "明晚", "昨晚"}
"""Dates whose last character also says the part of the day."""
WEEKS = Lexicon(
    {
        f"{which}{unit}": weeks
        for which, weeks in {
            "这": 0,
            "这个": 0,
            "本": 0,
            "下": 1,
            "下个": 1,
            "下下": 2,
            "下下个": 2,
            "上": -1,
            "上个": -1,
        }.items()
        for unit in ("周", "星期", "礼拜")
    }
)
_PLAIN_WEEK = lexicon("周|星期|礼拜")
WEEKDAY = table("一,1|二,2|三,3|四,4|五,5|六,6|日,天,7")
_MONTHS_AHEAD = Lexicon({"下个月": 1, "下月": 1, "这个月": 0, "本月": 0, "这月": 0})
_EDGE_MONTHS = Lexicon(
    {
        "下个月": 1,
        "下月": 1,
        "下下个月": 2,
        "这个月": 0,
        "本月": 0,
        "这月": 0,
        "月": 0,
        "上个月": -1,
    }
)
_EDGES = Lexicon(
    dict.fromkeys(("底", "末", "最后一天", "的最后一天", "最后那天"), "last")
    | dict.fromkeys(("初", "第一天", "的第一天"), "first")
)
_WEEKENDS = Lexicon(
    {"周末": 0, "这周末": 0, "这个周末": 0, "本周末": 0, "下周末": 1, "下个周末": 1, "礼拜末": 0}
)
_YEARS = Lexicon({"今年": 0, "明年": 1, "后年": 2, "去年": -1})
_UNITS = Lexicon({"天": 1, "日": 1, "周": 7, "个星期": 7, "星期": 7, "个礼拜": 7, "礼拜": 7})
_MONTH_UNITS = Lexicon({"个月": 1, "年": 12})
_HALVES = Lexicon({"半个月": 15, "半年": 6})
"""Days, months."""
_LATER = lexicon("以后|之后|过后|后")
_AGO = lexicon("以前|之前|前")

_NUMERALS = frozenset((*numerals.DIGITS, *numerals.UNITS))

Hit = tuple[date, int]


def find(words: Words, at: int, today: date) -> Hit | None:
    """The longest Chinese date at `at`."""
    for reader in (_relative, _weekday, _dated, _counted):
        if hit := reader(words, at, today):
            named = plain_weekday(words, hit[1]) if reader is _dated else None
            return hit[0], named[1] if named else hit[1]
    return None


def _relative(words: Words, at: int, today: date) -> Hit | None:
    if days := _DAYS.at(words, at):
        found = calendar.add_days(today, days[0])
        return (found, days[1]) if found else None
    if tuple(words[at : at + 2]) == ("年", "底"):
        return date(today.year, 12, 31), at + 2
    if weekend := _WEEKENDS.at(words, at):
        return calendar.in_week(today, weekend[0], 5), weekend[1]
    return _edge(words, at, today)


def _edge(words: Words, at: int, today: date) -> Hit | None:
    """月底, 下个月初, 十二月底."""
    ahead, month = _EDGE_MONTHS.at(words, at), read_number(words, at)
    if ahead:
        first, end = calendar.in_month(today, ahead[0], 1), ahead[1]
    elif month and 1 <= month[0] <= 12 and word_at(words, month[1]) == "月":
        end = month[1] + 1
        edge = _EDGES.at(words, end)
        since = today if edge and edge[0] == "first" else today.replace(day=1)
        first = calendar.next_month_day(since, month[0], 1)
    else:
        return None
    edge = _EDGES.at(words, end)
    if first is None or edge is None:
        return None
    found = first if edge[0] == "first" else calendar.last_of(first, 0)
    return (found, edge[1]) if found else None


def _weekday(words: Words, at: int, today: date) -> Hit | None:
    """周一 is the next one and never today; 下周一 is of next week; weeks begin on Monday."""
    week = WEEKS.at(words, at)
    plain = _PLAIN_WEEK.at(words, at)
    if week is None and plain is None:
        return None
    end = week[1] if week else plain[1] if plain else at
    weekday = WEEKDAY.at(words, end)
    if weekday is None:
        return None
    if week:
        return calendar.in_week(today, week[0], weekday[0]), weekday[1]
    return calendar.coming(today, weekday[0]), weekday[1]


def read_number(words: Words, at: int) -> tuple[int, int] | None:
    word = word_at(words, at)
    if word.isdecimal() and len(word) <= 4:
        return int(word), at + 1
    return numerals.cardinal(words, at)


def read_year(words: Words, at: int, today: date) -> tuple[int, int] | None:
    """明年, 2026年, 二零二六年, 二六年."""
    if named := _YEARS.at(words, at):
        return today.year + named[0], named[1]
    digits, end = "", at
    while word_at(words, end) in numerals.DIGITS and len(digits) < 4:
        digits, end = digits + str(numerals.DIGITS[words[end]]), end + 1
    if end == at and word_at(words, at).isdecimal() and len(word_at(words, at)) <= 4:
        digits, end = words[at], at + 1
    if len(digits) not in (2, 4) or word_at(words, end) != "年":
        return None
    return calendar.year_of(int(digits), today), end + 1


def _day_of_month(words: Words, at: int) -> tuple[int, int] | None:
    number = read_number(words, at)
    if number is None or word_at(words, number[1]) not in ("号", "日"):
        return None
    if word_at(words, at - 1) in _NUMERALS:
        return None
    return number[0], number[1] + 1


def _dated(words: Words, at: int, today: date) -> Hit | None:
    """Year, month and day, of which the first or the first two may be left out."""
    if word_at(words, at - 1) in _NUMERALS:
        return None
    year = read_year(words, at, today)
    start = year[1] if year else at
    if ahead := _MONTHS_AHEAD.at(words, start):
        return _in_month(words, ahead[1], today, ahead[0])
    month = read_number(words, start)
    if month and word_at(words, month[1]) == "月":
        return _in_named_month(words, month[1] + 1, today, year, month[0])
    number = _day_of_month(words, start) if year is None else None
    if word_at(words, at - 1) == "月":
        return None
    found = calendar.next_day_of_month(today, number[0]) if number else None
    return (found, number[1]) if number and found else None


def _in_named_month(
    words: Words, at: int, today: date, year: tuple[int, int] | None, month: int
) -> Hit | None:
    """The day after 月; 号 may be missing there (十一月二十三)."""
    if word_at(words, at) == "底":
        return None
    number = _day_of_month(words, at) or read_number(words, at)
    if number is None:
        return None
    if year:
        found = calendar.day(year[0], month, number[0])
    else:
        found = calendar.next_month_day(today, month, number[0])
    return (found, number[1]) if found else None


def _in_month(words: Words, at: int, today: date, months: int) -> Hit | None:
    number = _day_of_month(words, at)
    if number is None:
        return None
    found = calendar.in_month(today, months, number[0])
    return (found, number[1]) if found else None


def _counted(words: Words, at: int, today: date) -> Hit | None:
    """三天后, 两个星期以后, 一个月之后, 三天前."""
    if half := _HALVES.at(words, at):
        return _half_counted(words, half[1], today, half[0])
    count = read_number(words, at)
    if count is None or count[0] > 10_000 or numerals.is_vague(words, at):
        return None
    value, end = count
    unit = _UNITS.at(words, end)
    months = None if unit else _MONTH_UNITS.at(words, end)
    hit = unit or months
    if hit is None:
        return None
    amount = value * hit[0]
    if later := _LATER.at(words, hit[1]):
        end = later[1]
    elif ago := _AGO.at(words, hit[1]):
        amount, end = -amount, ago[1]
    else:
        return None
    found = calendar.add_days(today, amount) if unit else calendar.add_months(today, amount)
    return (found, end) if found else None


def _half_counted(words: Words, at: int, today: date, amount: int) -> Hit | None:
    """半个月后 is fifteen days, 半年后 six months."""
    later, ago = _LATER.at(words, at), _AGO.at(words, at)
    if later is None and ago is None:
        return None
    amount, end = (amount, later[1]) if later else (-amount, ago[1] if ago else at)
    found = (calendar.add_days if abs(amount) == 15 else calendar.add_months)(today, amount)
    return (found, end) if found else None


def plain_weekday(words: Words, at: int) -> tuple[int, int] | None:
    """周三, of no week in particular; Monday is 0."""
    plain = _PLAIN_WEEK.at(words, at)
    return WEEKDAY.at(words, plain[1]) if plain else None

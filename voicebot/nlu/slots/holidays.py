"""Days that go by a name and have the same date every year, in either language."""

from __future__ import annotations

from datetime import date

from voicebot.nlu.slots import calendar
from voicebot.nlu.slots.reading import Lexicon, Words

_NAMES: dict[tuple[int, int], str] = {
    (1, 1): "new year's day|new years day|new year|new year's|元旦|元旦节|新年",
    (2, 14): "valentine's day|valentine's|valentines day|情人节",
    (3, 8): "women's day|妇女节|三八节",
    (5, 1): "labor day in may|may day|劳动节|五一|五一节",
    (6, 1): "儿童节|六一|六一儿童节",
    (7, 4): "independence day|the fourth of july",
    (10, 1): "national day|国庆节|国庆|十一国庆",
    (10, 31): "halloween|万圣节",
    (12, 24): "christmas eve|平安夜",
    (12, 25): "christmas|christmas day|xmas|圣诞节|圣诞",
    (12, 26): "boxing day",
    (12, 31): "new year's eve|new years eve|new year eve|跨年夜",
}
_HOLIDAYS = Lexicon({name: day for day, names in _NAMES.items() for name in names.split("|")})


def find(words: Words, at: int, today: date) -> tuple[date, int] | None:
    """The next such day at `at` (the last where dates are sought backward), and the token after."""
    named = _HOLIDAYS.at(words, at)
    found = calendar.next_month_day(today, *named[0]) if named else None
    return (found, named[1]) if named and found else None

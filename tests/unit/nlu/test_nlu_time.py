"""Times of day, dates with times, durations; the clock says Wednesday 10:00."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.meaning import SlotType

TIMES = [
    ("three o'clock", "15:00"),
    ("three", "15:00"),
    ("eight", "08:00"),
    ("nine o'clock", "09:00"),
    ("half past three", "15:30"),
    ("half past eight", "08:30"),
    ("quarter to five", "16:45"),
    ("a quarter past five", "17:15"),
    ("quarter after two", "14:15"),
    ("ten past two", "14:10"),
    ("twenty five to six", "17:35"),
    ("five minutes to nine", "08:55"),
    ("three thirty", "15:30"),
    ("three thirty p m", "15:30"),
    ("three thirty pm", "15:30"),
    ("three p.m.", "15:00"),
    ("three a m", "03:00"),
    ("at three in the afternoon", "15:00"),
    ("seven in the evening", "19:00"),
    ("nine at night", "21:00"),
    ("two at night", "02:00"),
    ("eight in the morning", "08:00"),
    ("ten to six in the evening", "17:50"),
    ("eight oh five", "08:05"),
    ("fifteen thirty", "15:30"),
    ("oh nine hundred", "09:00"),
    ("noon", "12:00"),
    ("midnight", "00:00"),
    ("half past noon", "12:30"),
    ("twelve thirty", "12:30"),
    ("twelve a m", "00:00"),
    ("twelve p m", "12:00"),
    ("15:30", "15:30"),
    ("3:30 pm", "15:30"),
    ("3pm", "15:00"),
    ("3.30pm", "15:30"),
    ("08:15", "08:15"),
    ("三点", "15:00"),
    ("三點", "15:00"),
    ("三点钟", "15:00"),
    ("八点", "08:00"),
    ("三点半", "15:30"),
    ("下午三点半", "15:30"),
    ("三点一刻", "15:15"),
    ("三点三刻", "15:45"),
    ("晚上八点", "20:00"),
    ("早上八点四十", "08:40"),
    ("上午十点二十五分", "10:25"),
    ("中午", "12:00"),
    ("中午十二点", "12:00"),
    ("中午一点", "13:00"),
    ("凌晨两点", "02:00"),
    ("半夜十二点", "00:00"),
    ("晚上十二点", "00:00"),
    ("两点零五分", "14:05"),
    ("两点零五", "14:05"),
    ("两点过五分", "14:05"),
    ("差五分八点", "07:55"),
    ("八点差一刻", "07:45"),
    ("十五点三十分", "15:30"),
    ("下午3点半", "15:30"),
    ("下午3:30", "15:30"),
    ("１５：３０", "15:30"),
]
NO_TIMES = ["", "hello", "twenty five", "thirty", "25:00", "half", "半", "二十五点", "分"]
MOMENTS = [
    ("tomorrow at three", "2026-11-19T15:00"),
    ("tomorrow at three thirty p m", "2026-11-19T15:30"),
    ("tomorrow morning at nine", "2026-11-19T09:00"),
    ("tomorrow evening at eight", "2026-11-19T20:00"),
    ("next monday at noon", "2026-11-23T12:00"),
    ("three o'clock on monday", "2026-11-23T15:00"),
    ("november twenty third at quarter past two", "2026-11-23T14:15"),
    ("the twenty third at ten", "2026-11-23T10:00"),
    ("tonight at eight", "2026-11-18T20:00"),
    ("in two hours", "2026-11-18T12:00"),
    ("half an hour from now", "2026-11-18T10:30"),
    ("three thirty", "2026-11-18T15:30"),
    ("nine o'clock", "2026-11-19T09:00"),
    ("明天下午三点", "2026-11-19T15:00"),
    ("明天下午的三点半", "2026-11-19T15:30"),
    ("明早八点四十", "2026-11-19T08:40"),
    ("今晚八点", "2026-11-18T20:00"),
    ("下周一上午十点", "2026-11-23T10:00"),
    ("十一月二十三号下午两点一刻", "2026-11-23T14:15"),
    ("半小时后", "2026-11-18T10:30"),
    ("两个小时以后", "2026-11-18T12:00"),
    ("下午三点", "2026-11-18T15:00"),
    ("上午九点", "2026-11-19T09:00"),
]
NO_MOMENTS = ["", "tomorrow", "three", "hello", "明天", "三天"]
DURATIONS = [
    ("two hours", "7200"),
    ("an hour", "3600"),
    ("an hour and a half", "5400"),
    ("two and a half hours", "9000"),
    ("half an hour", "1800"),
    ("a quarter of an hour", "900"),
    ("ninety seconds", "90"),
    ("one minute thirty seconds", "90"),
    ("one hour and twenty minutes", "4800"),
    ("three days", "259200"),
    ("a week", "604800"),
    ("two weeks and three days", "1468800"),
    ("a couple of days", "172800"),
    ("5 minutes", "300"),
    ("a month", "2592000"),
    ("1.5 hours", "5400"),
    ("半小时", "1800"),
    ("半个小时", "1800"),
    ("一个半小时", "5400"),
    ("两个小时", "7200"),
    ("两小时", "7200"),
    ("五分钟", "300"),
    ("一刻钟", "900"),
    ("九十秒", "90"),
    ("一小时二十分钟", "4800"),
    ("三天", "259200"),
    ("两天半", "216000"),
    ("一周", "604800"),
    ("两个星期", "1209600"),
    ("三个月", "7776000"),
    ("5分钟", "300"),
]
NO_DURATIONS = ["", "two", "hours", "hello", "三", "小时"]
_ONES_WORDS = """zero one two three four five six seven eight nine ten eleven twelve thirteen
fourteen fifteen sixteen seventeen eighteen nineteen"""
_ONES = _ONES_WORDS.split()
_TENS = ["", "", "twenty", "thirty", "forty", "fifty"]


def words(n: int) -> str:
    """0 to 59."""
    if n < 20:
        return _ONES[n]
    return _TENS[n // 10] + (f" {_ONES[n % 10]}" if n % 10 else "")


def characters(n: int) -> str:
    """0 to 59."""
    tens, unit = divmod(n, 10)
    head = ("", "十", "二十", "三十", "四十", "五十")[tens]
    return head + ("零一二三四五六七八九"[unit] if unit or not n else "")


@pytest.mark.parametrize(("text", "value"), TIMES)
def test_time(value_of, text, value):
    assert value_of(SlotType.TIME, text) == value


@pytest.mark.parametrize("text", NO_TIMES)
def test_no_time(value_of, text):
    assert value_of(SlotType.TIME, text) is None


@pytest.mark.parametrize(("text", "value"), MOMENTS)
def test_datetime(value_of, text, value):
    assert value_of(SlotType.DATETIME, text) == value


@pytest.mark.parametrize("text", NO_MOMENTS)
def test_no_datetime(value_of, text):
    assert value_of(SlotType.DATETIME, text) is None


@pytest.mark.parametrize(("text", "value"), DURATIONS)
def test_duration(value_of, text, value):
    assert value_of(SlotType.DURATION, text) == value


@pytest.mark.parametrize("text", NO_DURATIONS)
def test_no_duration(value_of, text):
    assert value_of(SlotType.DURATION, text) is None


@given(st.integers(1, 12), st.integers(0, 59), st.sampled_from(["a m", "p m"]))
def test_every_minute_of_the_day_in_english(value_of, hour, minute, half):
    past = "" if minute == 0 else f" oh {words(minute)}" if minute < 10 else f" {words(minute)}"
    wanted = hour % 12 + (12 if half == "p m" else 0)
    assert value_of(SlotType.TIME, f"{words(hour)}{past} {half}") == f"{wanted:02}:{minute:02}"


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_minute_of_the_day_in_chinese(value_of, hour, minute):
    part = "凌晨" if hour < 6 else "上午" if hour < 12 else "下午" if hour < 18 else "晚上"
    said = hour if hour <= 12 else hour - 12
    past = "" if minute == 0 else ("零" if minute < 10 else "") + characters(minute) + "分"
    text = f"{part}{characters(said)}点{past}"
    assert value_of(SlotType.TIME, text) == f"{hour:02}:{minute:02}"


@given(st.integers(0, 23), st.integers(1, 59), st.integers(1, 59))
def test_durations_add_up(value_of, hours, minutes, seconds):
    text = f"{words(hours)} hours {words(minutes)} minutes and {words(seconds)} seconds"
    total = str(hours * 3600 + minutes * 60 + seconds)
    assert value_of(SlotType.DURATION, text) == total
    chinese = f"{characters(hours)}小时{characters(minutes)}分{characters(seconds)}秒"
    assert value_of(SlotType.DURATION, chinese) == total

"""Chinese words for values."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.meaning import SlotType, SlotValue
from voicebot.prompts.wording import listing, ordinal, word, zh

TODAY = date(2026, 11, 22)
DIGIT = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
PLACE = {"十": 10, "百": 100, "千": 1000}


def parse_cardinal(text: str) -> int:
    """Read Chinese number words; independent of the code that makes them."""
    for big, size in (("亿", 10**8), ("万", 10**4)):
        head, sign, tail = text.rpartition(big)
        if sign:
            return parse_cardinal(head) * size + parse_cardinal(tail)
    total, digit = 0, 0
    for char in text:
        if char in PLACE:
            total += (digit or 1) * PLACE[char]
            digit = 0
        else:
            digit = DIGIT[char]
    return total + digit


def say(kind: SlotType, value: str, today: date | None = TODAY) -> str:
    return word(SlotValue(kind, value), "zh-CN", today=today)


@given(st.integers(0, 10**16 - 1))
def test_every_cardinal_reads_back(value: int) -> None:
    assert parse_cardinal(zh.number(Decimal(value))) == value


@given(st.integers(1, 10**12))
def test_the_rules_of_zero_and_two(value: int) -> None:
    said = zh.number(Decimal(value))
    assert "零零" not in said
    assert not said.endswith("零")
    assert not re.search("零[万亿]", said)
    assert not re.search("二千|^二[百万亿]", said)
    assert not re.search("两$|两十|两零", said)
    assert not said.startswith("一十")


@given(st.text("0123456789", min_size=1, max_size=24))
def test_digits_are_said_one_by_one_and_one_is_yao(text: str) -> None:
    said = zh.digits(text)
    assert "一" not in said
    assert "".join(str("零幺二三四五六七八九".index(c)) for c in said.replace("，", "")) == text


@given(st.integers(0, 10**9))
def test_every_amount_of_yuan_reads_back(cents: int) -> None:
    said = zh.money(Decimal(cents) / 100, "CNY")
    match = re.fullmatch(r"(?:(.+)元)?零?(?:(.)角)?(?:(.)分)?", said)
    assert match
    yuan, jiao, fen = (parse_cardinal(part) if part else 0 for part in match.groups())
    assert yuan * 100 + jiao * 10 + fen == cents


@given(st.times())
def test_every_time_reads_back(value: time) -> None:
    match = re.fullmatch(r"(凌晨|早上|上午|中午|下午|晚上)(.+)点(半|(?:(.+)分))?", zh.time(value))
    assert match
    period, hour, half, minute = match.groups()
    assert (30 if half == "半" else parse_cardinal(minute or "零")) == value.minute
    afternoon = 12 if period in ("下午", "晚上") else 0
    assert parse_cardinal(hour) + afternoon == value.hour


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)))
def test_a_date_without_today_names_all_of_it(value: date) -> None:
    match = re.fullmatch(r"(.{4})年(.+)月(.+)日，星期(.)", zh.date(value, None))
    assert match
    year, month, day, weekday = match.groups()
    assert int("".join(str(DIGIT[c]) for c in year)) == value.year
    assert (parse_cardinal(month), parse_cardinal(day)) == (value.month, value.day)
    assert "一二三四五六日".index(weekday) == value.weekday()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("0", "零"),
        ("2", "二"),
        ("10", "十"),
        ("12", "十二"),
        ("20", "二十"),
        ("22", "二十二"),
        ("110", "一百一十"),
        ("112", "一百一十二"),
        ("200", "两百"),
        ("222", "两百二十二"),
        ("1001", "一千零一"),
        ("1010", "一千零一十"),
        ("1200", "一千二百"),
        ("2002", "两千零二"),
        ("10001", "一万零一"),
        ("20000", "两万"),
        ("22000", "两万两千"),
        ("100100", "十万零一百"),
        ("120000", "十二万"),
        ("100000001", "一亿零一"),
        ("200000000", "两亿"),
        ("2200000000", "二十二亿"),
        ("3000000200000", "三万亿零二十万"),
        ("-12", "负十二"),
        ("3.50", "三点五零"),
    ],
)
def test_numbers(value: str, said: str) -> None:
    assert say(SlotType.NUMBER, value) == said


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (SlotType.DIGITS, "0123", "零幺二三"),
        (SlotType.DIGITS, "13800138000", "幺三八，零零幺三，八零零零"),
        (SlotType.YES_NO, "yes", "是"),
        (SlotType.YES_NO, "no", "否"),
        (SlotType.DATE, "2026-11-23", "明天"),
        (SlotType.DATE, "2026-11-24", "后天"),
        (SlotType.DATE, "2026-11-25", "十一月二十五日，星期三"),
        (SlotType.DATE, "1999-01-05", "一九九九年一月五日"),
        (SlotType.TIME, "15:30", "下午三点半"),
        (SlotType.TIME, "02:05", "凌晨两点零五分"),
        (SlotType.TIME, "12:00", "中午十二点"),
        (SlotType.DATETIME, "2026-11-23T15:30", "明天下午三点半"),
        (SlotType.DURATION, "90", "一分钟三十秒"),
        (SlotType.DURATION, "7200", "两小时"),
        (SlotType.DURATION, "0", "零秒"),
        (SlotType.MONEY, "12.50 CNY", "十二元五角"),
        (SlotType.MONEY, "12.05 CNY", "十二元零五分"),
        (SlotType.MONEY, "2 CNY", "两元"),
        (SlotType.MONEY, "0.20 CNY", "两角"),
        (SlotType.MONEY, "12.50 USD", "十二美元五十美分"),
        (SlotType.MONEY, "1.01 USD", "一美元零一美分"),
        (SlotType.MONEY, "-5 GBP", "负五英镑"),
        (SlotType.MONEY, "500 JPY", "五百日元"),
        (SlotType.TEXT, "张三", "张三"),
    ],
)
def test_examples(kind: SlotType, value: str, said: str) -> None:
    assert say(kind, value) == said


def test_ordinals_and_lists() -> None:
    assert ordinal(2, "zh") == "第二"
    assert listing(["甲", "乙", "丙"], "zh") == "甲、乙或丙"
    assert listing(["甲", "乙"], "zh", inclusive=True) == "甲和乙"


def test_telephone_numbers() -> None:
    assert word(SlotValue(SlotType.PHONE, "+8613800138000"), "zh") == "幺三八，零零幺三，八零零零"
    assert word(SlotValue(SlotType.PHONE, "+4917055501"), "zh").startswith("加 四九")

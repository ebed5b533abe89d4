"""Amounts of money."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.core.meaning import SlotType

TABLE = [
    ("twelve dollars", "12.00 USD"),
    ("a dollar", "1.00 USD"),
    ("one dollar", "1.00 USD"),
    ("twelve dollars and fifty cents", "12.50 USD"),
    ("twelve dollars fifty cents", "12.50 USD"),
    ("twelve dollars fifty", "12.50 USD"),
    ("twelve fifty", "12.50 USD"),
    ("twelve oh five", "12.05 USD"),
    ("fifty bucks", "50.00 USD"),
    ("fifty cents", "0.50 USD"),
    ("two hundred dollars", "200.00 USD"),
    ("a hundred and five dollars", "105.00 USD"),
    ("two fifty dollars", "250.00 USD"),
    ("three hundred fifty", "350.00 USD"),
    ("two grand", "2000.00 USD"),
    ("twelve point five dollars", "12.50 USD"),
    ("a thousand euros", "1000.00 EUR"),
    ("five pounds twenty", "5.20 GBP"),
    ("ten quid", "10.00 GBP"),
    ("five thousand yen", "5000.00 JPY"),
    ("twenty us dollars", "20.00 USD"),
    ("$12.50", "12.50 USD"),
    ("$1,250", "1250.00 USD"),
    ("€20", "20.00 EUR"),
    ("£5", "5.00 GBP"),
    ("12.50", "12.50 USD"),
    ("12", "12.00 USD"),
    ("100 dollars", "100.00 USD"),
    ("two and a half thousand dollars", "2500.00 USD"),
    ("十二块五", "12.50 CNY"),
    ("十二塊五", "12.50 CNY"),
    ("十二块五毛", "12.50 CNY"),
    ("十二块五毛三", "12.53 CNY"),
    ("十二元五角三分", "12.53 CNY"),
    ("十二块零五分", "12.05 CNY"),
    ("一百二十元", "120.00 CNY"),
    ("一百二", "120.00 CNY"),
    ("五百块钱", "500.00 CNY"),
    ("两块", "2.00 CNY"),
    ("两块半", "2.50 CNY"),
    ("五毛", "0.50 CNY"),
    ("五毛三", "0.53 CNY"),
    ("三万五", "35000.00 CNY"),
    ("3万块", "30000.00 CNY"),
    ("12.5元", "12.50 CNY"),
    ("一百美元", "100.00 USD"),
    ("五十欧元", "50.00 EUR"),
    ("两百港币", "200.00 HKD"),
    ("人民币一百元", "100.00 CNY"),
    ("￥100", "100.00 CNY"),
    ("三百", "300.00 CNY"),
]
NO_MONEY = ["", "hello", "dollars", "$", "to bob", "元", "你好"]


@pytest.mark.parametrize(("text", "value"), TABLE)
def test_read(value_of, text, value):
    chinese = any("\u4e00" <= character <= "\u9fff" for character in text) or "￥" in text
    assert value_of(SlotType.MONEY, text, currency="CNY" if chinese else "USD") == value


@pytest.mark.parametrize("text", NO_MONEY)
def test_no_money(value_of, text):
    assert value_of(SlotType.MONEY, text) is None


def test_the_currency_is_the_slots_where_none_or_a_kin_is_said(value_of):
    assert value_of(SlotType.MONEY, "twelve fifty", currency="EUR") == "12.50 EUR"
    assert value_of(SlotType.MONEY, "ten dollars", currency="CAD") == "10.00 CAD"
    assert value_of(SlotType.MONEY, "ten dollars", currency="EUR") == "10.00 USD"
    assert value_of(SlotType.MONEY, "¥100", currency="JPY") == "100.00 JPY"


@given(st.integers(0, 9_999_999), st.integers(0, 99))
def test_typed_round_trip(value_of, units, cents):
    assert value_of(SlotType.MONEY, f"${units:,}.{cents:02}") == f"{units}.{cents:02} USD"
    assert value_of(SlotType.MONEY, f"{units}.{cents:02} euros") == f"{units}.{cents:02} EUR"


@given(st.integers(1, 99_999), st.integers(1, 9), st.integers(1, 9))
def test_chinese_round_trip(value_of, yuan, jiao, fen):
    found = value_of(SlotType.MONEY, f"{yuan}块{jiao}毛{fen}", currency="CNY")
    assert found == f"{yuan}.{jiao}{fen} CNY"

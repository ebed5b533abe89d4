"""Amounts of money: "twelve dollars and fifty cents", "twelve fifty", 十二块五, 一百二十元.

Where no currency is said, or only its common name (元, 块), it is the slot's. "Dollars" are the
slot's where it is a dollar, else US dollars.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from voicebot.core.meaning import SlotSpec
from voicebot.nlu.slots import number, numerals_en, numerals_zh
from voicebot.nlu.slots.reading import Lexicon, Reading, Scene, Words, lexicon, word_at

OWN = ""
"""Stands for the slot's currency."""
_DOLLARS = ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD")
_NAMES = {
    "USD": "us dollars|us dollar|u s dollars|american dollars|美元|美金|美刀|usd",
    "$": "dollars|dollar|bucks|buck|$",
    "EUR": "euros|euro|eur|€|欧元",
    "GBP": "pounds|pound|quid|pounds sterling|gbp|£|英镑",
    "JPY": "yen|jpy|日元|日圆",
    "HKD": "港币|港元|港纸|hong kong dollars|hong kong dollar|hkd",
    "TWD": "新台币|台币|taiwan dollars|taiwan dollar",
    "SGD": "新加坡元|新币|singapore dollars|singapore dollar",
    "CAD": "加元|加币|canadian dollars|canadian dollar",
    "AUD": "澳元|澳币|australian dollars|australian dollar",
    "CHF": "瑞士法郎|swiss francs|swiss franc|francs|franc",
    "KRW": "韩元|韩币|won",
    "CNY": "yuan|rmb|renminbi|cny|人民币",
    "INR": "rupees|rupee|inr|卢比",
    "¥": "¥",
    OWN: "元|块|块钱|元钱|圆|元整",
}
_CURRENCIES = Lexicon({wording: code for code, ws in _NAMES.items() for wording in ws.split("|")})
_SIGNS = {"$", "€", "£", "¥"}
_CENT_NAMES = {
    OWN: "cents|cent|pennies|penny|p|fen|centimes|centime|paise|paisa|分|分钱",
    "USD": "美分",
    "EUR": "欧分",
    "GBP": "pence|便士",
    "CAD": "加分",
    "AUD": "澳分",
}
_CENTS = Lexicon({name: code for code, names in _CENT_NAMES.items() for name in names.split("|")})
"""Hundredths, with the currency that they are of."""
_BEFORE_ZH = lexicon("人民币|rmb|usd|eur|gbp|cny")
_COINS = Lexicon({"a quarter": 25, "a dime": 10, "a nickel": 5})
_PARTS = Lexicon({"a half": 50, "a quarter": 25, "three quarters": 75})
_TENTHS = lexicon("毛|角|毛钱|角钱")
_HUNDREDTHS = lexicon("分|分钱")
_CENT = Decimal("0.01")
_LARGEST = Decimal(10) ** 15


def read(words: Words, at: int, spec: SlotSpec, scene: Scene) -> list[Reading]:
    """The longest amount at `at`; a bare number counts, with less quality."""
    if numerals_zh.is_vague(words, at):
        return []
    found = _signed(words, at) or _spoken(words, at) or _small(words, at)
    if found is None or found[0] > _LARGEST:
        return []
    amount, code, end, quality = found
    rounded = amount.quantize(_CENT, rounding=ROUND_HALF_UP)
    return [Reading(end, f"{rounded:f} {_currency(code, spec)}", quality)]


Found = tuple[Decimal, str, int, float]
"""Amount, currency as said, the token after it, and the wording's quality."""


def _currency(code: str, spec: SlotSpec) -> str:
    own = spec.currency.upper()
    match code:
        case "":
            return own
        case "$":
            return own if own in _DOLLARS else "USD"
        case "¥":
            return own if own in ("CNY", "JPY") else "CNY"
    return code


def _signed(words: Words, at: int) -> Found | None:
    """The currency before the amount: `$12.50`, 人民币一百元."""
    before = _BEFORE_ZH.at(words, at)
    if before is None and word_at(words, at) not in _SIGNS:
        return None
    code = _CURRENCIES.at(words, at)
    start = before[1] if before else at + 1
    rest = _spoken(words, start)
    if rest is None or code is None:
        return None
    return rest[0], rest[1] or code[0], rest[2], 1.0


def _spoken(words: Words, at: int) -> Found | None:
    """An amount with its currency, or two numbers for units and cents, or a bare number."""
    value = _number(words, at)
    if value is None:
        return None
    named = _CURRENCIES.at(words, value[1])
    if named is None:
        if _CENTS.at(words, value[1]) or _TENTHS.at(words, value[1]):
            return None
        return _bare(words, at, value)
    amount, end = _with_small(words, named[1], value[0])
    return amount, named[0], end, 1.0


def _number(words: Words, at: int) -> tuple[Decimal, int] | None:
    """A number; "two fifty" is one only before a currency."""
    if word_at(words, at) == "a" and _CURRENCIES.at(words, at + 1):
        return Decimal(1), at + 1
    english = numerals_en.decimal(words, at)
    if english and word_at(words, english[1]) in ("hundred", "thousand"):
        return None
    pair = number.amount(words, at)
    if english and pair and pair[1] > english[1] and _CURRENCIES.at(words, pair[1]):
        return pair
    if english and english[0] == Decimal("0.5") and word_at(words, at) == "a":
        return None
    return english or numerals_zh.decimal(words, at)


def _bare(words: Words, at: int, value: tuple[Decimal, int]) -> Found:
    """ "twelve fifty" is 12.50, "twelve oh five" 12.05, "twelve" 12.00."""
    end = value[1]
    if value[0] == value[0].to_integral_value():
        if word_at(words, end) in ("oh", "o") and word_at(words, end + 1) in numerals_en.UNITS:
            return value[0] + _CENT * numerals_en.UNITS[words[end + 1]], OWN, end + 2, 0.95
        cents = numerals_en.below_hundred(words, end)
        if cents and cents[0] >= 10:
            return value[0] + _CENT * cents[0], OWN, cents[1], 0.95
    return value[0], OWN, end, 0.9


def _with_small(words: Words, at: int, amount: Decimal) -> tuple[Decimal, int]:
    """What follows the currency: "and fifty cents", "twenty", 五, 五毛三, 零五分."""
    start = at + (word_at(words, at) in ("and", "零"))
    if minor := _minor(words, start):
        return amount + minor[0], minor[2]
    if chinese := _small_zh(words, at):
        return amount + chinese[0], chinese[1]
    part = _PARTS.at(words, start) if word_at(words, at) == "and" else None
    if part:
        return amount + _CENT * part[0], part[1]
    cents = numerals_en.below_hundred(words, start) or numerals_en.integer(words, start)
    if cents is None or cents[0] > 99:
        return amount, at
    if start == at and cents[0] >= 10:
        return amount + _CENT * cents[0], cents[1]
    return amount, at


def _minor(words: Words, at: int) -> tuple[Decimal, str, int] | None:
    """ "fifty cents", 五十美分: the amount, the currency, the token after it."""
    count = numerals_en.below_hundred(words, at) or numerals_en.integer(words, at)
    count = count or numerals_zh.cardinal(words, at)
    named = _CENTS.at(words, count[1]) if count and count[0] < 100 else None
    return (_CENT * count[0], named[0], named[1]) if count and named else None


def _small_zh(words: Words, at: int) -> tuple[Decimal, int] | None:
    """The part below one: 五, 五毛, 五毛三, 三角五分, 零五分, 半."""
    if word_at(words, at) == "半":
        return Decimal("0.5"), at + 1
    zero = word_at(words, at) == "零"
    digit = _digit(words, at + zero)
    if digit is None:
        return None
    if fine := _HUNDREDTHS.at(words, digit[1]):
        return _CENT * digit[0], fine[1]
    tenths = _TENTHS.at(words, digit[1])
    if tenths is None:
        return (_CENT * digit[0] if zero else digit[0] * Decimal("0.1")), digit[1]
    last = _digit(words, tenths[1])
    value = digit[0] * Decimal("0.1")
    if last is None:
        return value, tenths[1]
    return value + _CENT * last[0], _HUNDREDTHS.skip(words, last[1])


def _digit(words: Words, at: int) -> tuple[int, int] | None:
    word = word_at(words, at)
    if word in numerals_zh.DIGITS:
        return numerals_zh.DIGITS[word], at + 1
    return (int(word), at + 1) if len(word) == 1 and word.isdecimal() else None


def _small(words: Words, at: int) -> Found | None:
    """Less than one unit: "fifty cents", "a quarter", 五毛."""
    if coin := _COINS.at(words, at):
        return _CENT * coin[0], "$", coin[1], 0.9
    if minor := _minor(words, at):
        return *minor, 1.0
    digit = _digit(words, at)
    if digit and _TENTHS.at(words, digit[1]):
        chinese = _small_zh(words, at)
        return (chinese[0], OWN, chinese[1], 1.0) if chinese else None
    return None

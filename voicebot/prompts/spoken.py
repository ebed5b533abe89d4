"""From text as it is written to text as it is said: markup goes, signs become words."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import time
from decimal import Decimal

from voicebot.prompts.wording import LANGUAGES, primary_tag

_TAG = re.compile(r"</?[A-Za-z!?][^<>]*>")
_BRACKETS = re.compile(r"[<>{}\[\]\\^`|~]+")
_SPACE = re.compile(r"[^\S\n]+")
_MONEY = re.compile(r"([$€£¥￥])\s?(\d{1,3}(?:,\d{3})+|\d+)(\.\d{1,2})?(?![\d,.]*\d)")
_TIME = re.compile(
    r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])(?:\s?([ap])\.?m\b\.?)?", re.IGNORECASE
)
_CURRENCY = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "CNY", "￥": "CNY"}

_SIGNS: Mapping[str, Mapping[str, str]] = {
    "en": {"*": " star ", "#": " pound ", "&": " and ", "_": " "},
    "zh": {"*": "星号", "#": "井号", "&": "和", "_": " "},
}


def without_markup(text: str) -> str:
    """Tags and brackets that a synthesizer would spell out are removed, entities resolved, runs
    of blanks made one; line breaks stay."""
    text = html.unescape(_TAG.sub(" ", text))
    return _SPACE.sub(" ", _BRACKETS.sub(" ", text))


def as_said(text: str, language: str) -> str:
    """Amounts with a currency sign, times of day, and signs that are read badly, in words:
    `press #` -> `press pound`, `$12.50` -> `twelve dollars and fifty cents`."""
    tag = primary_tag(language)
    if tag not in LANGUAGES:
        return text
    text = _MONEY.sub(lambda match: _amount(match, tag), text)
    text = _TIME.sub(lambda match: _time(match, tag), text)
    text = re.sub(r"(?<=[*#])(?:号键?|键)", "", text) if tag == "zh" else text
    for sign, words in _SIGNS[tag].items():
        text = text.replace(sign, words)
    return _SPACE.sub(" ", text).strip()


def _amount(match: re.Match[str], tag: str) -> str:
    sign, whole, fraction = match.groups(default="")
    amount = Decimal(whole.replace(",", "") + fraction)
    return LANGUAGES[tag].money(amount, _CURRENCY[sign])


def _time(match: re.Match[str], tag: str) -> str:
    hour, minute, half = int(match[1]), int(match[2]), (match[3] or "").lower()
    if not half or not 1 <= hour <= 12:
        return LANGUAGES[tag].clock(hour, minute)
    return LANGUAGES[tag].time(time(hour % 12 + (12 if half == "p" else 0), minute))

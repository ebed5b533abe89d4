"""Personal values out of a call that becomes a test: the same stand-in wherever one occurs.

Runs of four digits or more, keyed or written, become other digits; numbers said digit by digit
become the same in words; e-mail addresses and what text slots took become neutral. Dates stay: what
a flow does may hang on them. Names in a sentence that no slot took cannot be told: read the result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_DATE = re.compile(r"\d{4}-\d{2}(?:-\d{2})?(?:[T ]\d{2}:\d{2}(?::\d{2})?)?")
_RUN = re.compile(rf"(?P<date>{_DATE.pattern})|\d{{4,}}")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_HAN = "零一二三四五六七八九"
_WORD = re.compile(rf"\b(?:{'|'.join(_DIGITS)}|oh)\b", re.IGNORECASE)
_SPOKEN = re.compile(rf"(?:{_WORD.pattern}[,\s]+){{3,}}{_WORD.pattern}", re.IGNORECASE)
"""Also in groups, as a bot says them: "one zero zero, two zero zero"."""
_CHARACTER = re.compile(rf"[{_HAN}幺两]")
_SPOKEN_HAN = re.compile(rf"{_CHARACTER.pattern}(?:[，、,\s]*{_CHARACTER.pattern}){{3,}}")
_MAIL_STAND_IN = "someone@example.test"
CALLER = "+15550100"
"""In place of whoever called."""


class Mask:
    """The stand-ins of one call."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        """`words` are personal, wherever they occur: what text slots took."""
        self._known: dict[str, str] = {}
        longest_first = sorted({w.strip() for w in words if len(w.strip()) > 1}, key=len)[::-1]
        self._words = [(word, f"example {n}") for n, word in enumerate(longest_first, 1)]

    def text(self, text: str) -> str:
        """A text with stand-ins in it."""
        for word, stand_in in self._words:
            text = re.sub(re.escape(word), stand_in, text, flags=re.IGNORECASE)
        text = _MAIL.sub(_MAIL_STAND_IN, text)
        text = _SPOKEN.sub(self._said, text)
        text = _SPOKEN_HAN.sub(self._said_in_han, text)
        return _RUN.sub(lambda m: m[0] if m["date"] else self.digits(m[0]), text)

    def value(self, value: Any) -> Any:
        """The same for JSON; numbers of four digits or more are masked, too."""
        match value:
            case str():
                return self.text(value)
            case bool() | None:
                return value
            case int() if len(str(abs(value))) >= 4:
                return int(self.digits(str(abs(value)))) * (1 if value > 0 else -1)
            case Mapping():
                return {key: self.value(item) for key, item in value.items()}
            case list() | tuple():
                return [self.value(item) for item in value]
            case _:
                return value

    def digits(self, digits: str) -> str:
        """Other digits, as many, the same for the same. Shorter ones than four stay."""
        if len(digits) < 4:
            return digits
        if digits not in self._known:
            number = str(1_000 + len(self._known))
            self._known[digits] = (number * len(digits))[: len(digits)]
        return self._known[digits]

    def _said(self, found: re.Match[str]) -> str:
        words = (word.lower() for word in _WORD.findall(found[0]))
        digits = self.digits("".join("0" if w == "oh" else str(_DIGITS.index(w)) for w in words))
        stand_ins = iter(_DIGITS[int(digit)] for digit in digits)
        return _WORD.sub(lambda _: next(stand_ins), found[0])

    def _said_in_han(self, found: re.Match[str]) -> str:
        said = _CHARACTER.findall(found[0])
        digits = "".join(str(_HAN.index({"幺": "一", "两": "二"}.get(c, c))) for c in said)
        stand_ins = iter(_HAN[int(digit)] for digit in self.digits(digits))
        return _CHARACTER.sub(lambda _: next(stand_ins), found[0])

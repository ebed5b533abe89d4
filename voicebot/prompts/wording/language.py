"""What a language must know to say values; each is a module of functions with these names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol


class Language(Protocol):
    """The words of one language. All functions raise `ValueError` for what they cannot say."""

    COUNTRY_CODE: str
    """Whose telephone numbers are said without it."""
    PLUS: str
    """Before the code of another country."""

    def digits(self, text: str) -> str:
        """Digit by digit, in groups with pauses; `*` and `#` by their telephone names."""
        ...

    def number(self, value: Decimal) -> str:
        """A cardinal number, the decimals digit by digit."""
        ...

    def ordinal(self, value: int) -> str:
        """First, second, third; `value` from 1."""
        ...

    def date(self, value: dt.date, today: dt.date | None) -> str:
        """A day. With `today`, near days go by their names and the year is said only where it
        is needed; without, always."""
        ...

    def time(self, value: dt.time) -> str:
        """A time of day, to the minute."""
        ...

    def clock(self, hour: int, minute: int, /) -> str:
        """A time as it stands on a clock, the half of the day unsaid."""
        ...

    def moment(self, value: dt.date, clock: dt.time, today: dt.date | None) -> str:
        """A day and a time of day."""
        ...

    def duration(self, seconds: int) -> str:
        """Days, hours, minutes and seconds; `seconds` from 0."""
        ...

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount; `currency` by ISO 4217."""
        ...

    def yes_no(self, value: bool, /) -> str:
        """The answer to a question."""
        ...

    def listing(self, items: Sequence[str], *, inclusive: bool) -> str:
        """`a, b or c`; `a, b and c` where inclusive."""
        ...

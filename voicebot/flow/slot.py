"""Slots as they are written: typed values that callers give."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, model_validator

from voicebot.core.meaning import SlotType, Toward
from voicebot.core.telephone import is_region
from voicebot.flow.base import (
    Keys,
    Name,
    PhrasePattern,
    Strict,
)


class SlotOption(Strict):
    """One value that a slot of type `choice` may have."""

    phrases: tuple[PhrasePattern, ...] = Field(description="What callers say for it.")
    key: Keys | None = Field(None, description="The key that chooses it.")
    label: str = Field("", description="How the bot names it; the option's name if left out.")


class Slot(Strict):
    """A typed value that callers give."""

    type: SlotType = Field(description="What kind of value it is.")
    length: int | None = Field(None, ge=1, le=40, description="Digits: exactly so many.")
    min_length: int = Field(1, ge=1, le=40, description="Digits: the fewest.")
    max_length: int = Field(20, ge=1, le=40, description="Digits: the most.")
    options: dict[Name, SlotOption] = Field({}, description="Choice: what may be chosen.")
    entities: Name | None = Field(
        None,
        description="Choice: a kind of names in the knowledge bases, such as product; each is an "
        "option.",
    )
    currency: str | None = Field(
        None, pattern="^[A-Z]{3}$", description="Money: ISO 4217 code; the flow's if left out."
    )
    region: str | None = Field(
        None,
        pattern="^[A-Z]{2}$",
        description="Phone: the country that numbers without a country's code are of, ISO 3166; "
        "`US` in English, `CN` in Chinese if left out.",
    )
    toward: Toward = Field(
        Toward.FUTURE,
        description="Date, datetime: where a year, month or week is left open, the next such day "
        "is meant (appointments), or the last one (births, purchases).",
    )
    hours: str | None = Field(
        None,
        pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$",
        description="Time, datetime: when a time makes sense, such as `11:00-22:00`: which of the "
        "two is meant by seven. Business hours, 07:00-18:59, if left out.",
    )
    label: str = Field("", description="How agents see it named; its name if left out.")
    secret: bool = Field(
        False,
        description="Never kept: not in the journal, the logs or the recording. True for a slot "
        "of type card if left out.",
    )
    carry: bool = Field(
        True,
        description="False: what the caller said before its question was put does not count. A "
        "secret slot is never carried.",
    )

    @property
    def shortest(self) -> int:
        """Digits: the fewest."""
        return self.length or self.min_length

    @property
    def longest(self) -> int:
        """Digits: the most."""
        return self.length or self.max_length

    @property
    def minutes(self) -> tuple[int, int] | None:
        """`hours` as minutes of the day."""
        if self.hours is None:
            return None
        times = (part.split(":") for part in self.hours.split("-"))
        first, last = (int(hour) * 60 + int(minute) for hour, minute in times)
        return first, last

    @model_validator(mode="before")
    @classmethod
    def _cards_are_secret(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("type") == SlotType.CARD:
            return {"secret": True, **data}
        return data

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if self.region is not None and self.type is not SlotType.PHONE:
            raise ValueError("only a slot of type phone has a region")
        if self.region is not None and not is_region(self.region):
            raise ValueError(f"no country has the code {self.region} (ISO 3166)")
        if self.hours is not None and self.type not in (SlotType.TIME, SlotType.DATETIME):
            raise ValueError("only a slot of type time or datetime has hours")
        if self.toward is not Toward.FUTURE and self.type not in (SlotType.DATE, SlotType.DATETIME):
            raise ValueError("only a slot of type date or datetime has toward")
        if self.type is SlotType.CHOICE and not self.options:
            raise ValueError("a slot of type choice needs options")
        if self.type is not SlotType.CHOICE and self.options:
            raise ValueError("only a slot of type choice has options")
        if self.shortest > self.longest:
            raise ValueError("min_length is more than max_length")
        return self

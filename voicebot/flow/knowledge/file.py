"""A knowledge file as it is written.

    knowledge: bank_faq
    language: en
    entries:
      atm_limit:
        question: How much can I take out at a cash machine?
        similar: [what is the daily limit at the atm]
        answer: You can take out five hundred dollars a day.
        from: 2026-01-01
        tags: [cards]

Wherever a text or a list of texts stands, there may be one for each language: `{en: ..., zh: ...}`.
"""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from voicebot.flow.base import Name, Strict

Language = Literal["en", "zh"]
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_PARTS = re.compile(r"[,;、，；|\s]+")


def _texts(value: object) -> object:
    """A text, a list of them, or one of these for each language; under the empty name, that of the
    file."""
    if isinstance(value, dict):
        return {name: _listed(item) for name, item in value.items()}
    return {"": _listed(value)}


def _listed(value: object) -> object:
    """Texts, without the empty ones."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
        raise ValueError("write a text, a list of texts, or one of these for each language")
    return [item.strip() for item in values if item.strip()]


def _date(value: object) -> object:
    if isinstance(value, datetime.date):
        return value
    found = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        return datetime.date(*map(int, found.groups())) if found else _no_date()
    except ValueError:
        return _no_date()


def _no_date() -> object:
    raise ValueError("write a date as 2026-12-31")


def _parts(value: object) -> object:
    return [part for part in _PARTS.split(value) if part] if isinstance(value, str) else value


Texts = Annotated[
    dict[Literal["", "en", "zh"], tuple[str, ...]],
    BeforeValidator(_texts, json_schema_input_type=str | list[str] | dict[str, Any]),
]
Date = Annotated[datetime.date | None, BeforeValidator(_date)]
Sounds = Annotated[tuple[str, ...], BeforeValidator(lambda v: [v] if isinstance(v, str) else v)]
Words = Annotated[tuple[str, ...], BeforeValidator(_parts)]


class EntryFile(Strict):
    """One question and its answer."""

    question: Texts = Field(description="The question, as callers ask it.")
    similar: Texts = Field({}, description="The same question in other words; five are good.")
    answer: Texts = Field(description="What the bot says: a prompt, short, written for the ear.")
    label: Texts = Field({}, description="How the bot names it: `Do you mean ...?`")
    valid_from: Date = Field(None, alias="from", description="The first day, such as 2026-01-01.")
    until: Date = Field(None, description="The last day, such as 2026-12-31.")
    tags: Words = Field((), description="For choosing entries and for reports.")
    owner: str = Field("", description="Who answers for it; the file's if left out.")
    version: int = Field(1, ge=1, description="Goes up with each change; `faq import` sees to it.")
    recording: str = Field("", description="Id of a recorded prompt; `faq/BASE/ID` if left out.")


class EntityFile(Strict):
    """A name of the trade."""

    kind: Name = Field(description="Such as product or branch: `{product}` in phrases.")
    name: Texts = Field(description="Its name.")
    synonyms: Texts = Field({}, description="What callers call it, too.")
    sounds: Sounds = Field(
        (),
        description="What it sounds like: in plain words, or in ARPAbet (`Z EY T AH`) for a name "
        "of one word.",
    )


class KnowledgeFile(Strict):
    """A whole knowledge base."""

    knowledge: Name = Field(description="Its name, as flows call it.")
    description: str = Field("", description="What it is about.")
    language: Language = Field("en", description="Of texts that name none.")
    owner: str = Field("", description="Who answers for entries without an owner.")
    entities: dict[Name, EntityFile] = Field({}, description="Names of the trade.")
    entries: dict[Name, EntryFile] = Field({}, description="Questions and answers, by id.")

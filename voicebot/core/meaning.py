"""What a listening node expects, and what the caller turned out to mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from voicebot.core.knowledge import Finding, KnowledgeScope
from voicebot.core.phrases import Phrase
from voicebot.core.turn import KeySpec


class Toward(StrEnum):
    """Which day is meant where a year, month or week is left open."""

    FUTURE = "future"
    """Today or the next one: appointments."""
    PAST = "past"
    """Today or the last one: births, purchases, what has happened."""


class SlotType(StrEnum):
    """Type of a slot's value, with its canonical text in `SlotValue.value`."""

    DIGITS = "digits"
    """A string of digits: `0123`."""
    NUMBER = "number"
    """A decimal number: `-12`, `3.5`."""
    YES_NO = "yes_no"
    """`yes` or `no`."""
    DATE = "date"
    """ISO 8601: `2026-11-23`."""
    TIME = "time"
    """ISO 8601, 24 hours: `15:30`."""
    DATETIME = "datetime"
    """ISO 8601 without zone, in the call's zone: `2026-11-23T15:30`."""
    DURATION = "duration"
    """Whole seconds: `90`."""
    MONEY = "money"
    """Amount and ISO 4217 code: `12.50 USD`."""
    PHONE = "phone"
    """E.164: `+14155552671`."""
    CARD = "card"
    """The digits of a payment card's number; the last is right by Luhn (ISO/IEC 7812)."""
    CHOICE = "choice"
    """The name of one of the slot's options."""
    TEXT = "text"
    """As recognized."""


EMPTY: Mapping[str, SlotValue] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SlotValue:
    """A slot that was filled."""

    type: SlotType
    value: str
    """Canonical text, as `SlotType` says."""
    raw: str = ""
    """The caller's words for it."""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """A slot that a node wants filled."""

    name: str
    type: SlotType
    min_length: int = 1
    """Digits: the fewest."""
    max_length: int = 20
    """Digits: the most."""
    options: tuple[Choice, ...] = ()
    """Choice: what may be chosen."""
    currency: str = "USD"
    """Money: the currency where none is said, ISO 4217."""
    region: str = ""
    """Phone: where it is dialed, ISO 3166 with two letters; by the language if empty."""
    toward: Toward = Toward.FUTURE
    """Date, datetime: which day is meant where that is open."""
    hours: tuple[int, int] | None = None
    """Time, datetime: minutes of the day from which to which a time makes sense, `(660, 1320)` for
    11:00 to 22:00. "Seven" is the one of 07:00 and 19:00 that lies within; None for business
    hours, 07:00 to 18:59."""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """One way out of a node (or one value of a slot) and what callers say for it."""

    name: str
    phrases: tuple[Phrase, ...]
    label: str = ""
    """How the bot names it to the caller ("did you mean ...?"); the name if empty."""
    along: tuple[str, ...] = ()
    """Slots that may be said along with it in any words, beside those that its phrases hold."""


@dataclass(frozen=True, slots=True)
class Wordings:
    """How callers word what is expected, beyond its phrases: what recognizers learn from."""

    version: str
    """The same sentences have the same."""
    sentences: tuple[str, ...] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Expectation:
    """All that can be meant at this point of the call: only this competes."""

    language: str = "en"
    """BCP 47 primary tag: `en`, `zh`."""
    choices: tuple[Choice, ...] = ()
    slots: tuple[SlotSpec, ...] = ()
    universals: tuple[Choice, ...] = ()
    """Global commands: help, repeat, operator, main menu."""
    keys: KeySpec | None = None
    """None: keys are ignored here."""
    accept: float = 0.6
    """Confidence from which a meaning is taken as it is."""
    confirm: float = 0.35
    """Confidence from which it is asked back; below it nothing was understood."""
    levels_given: bool = False
    """`accept` or `confirm` was set by the flow: what a model has learned does not go before it."""
    secret: bool = False
    """Nothing of what is said or keyed here may be kept or logged."""
    speech: bool = True
    """False: only keys are listened for."""
    sounds: tuple[tuple[str, str], ...] = ()
    """Words whose pronunciation the operator gave, with their phones in ARPAbet."""
    knowledge: KnowledgeScope | None = None
    """Questions that are answered here, beside what is expected; None for none."""
    wordings: Wordings | None = None
    """What a trained model was taught of the choices; None where there is none."""
    filled: Mapping[str, SlotValue] = field(
        default_factory=lambda: EMPTY, compare=False, repr=False
    )
    """Values of `slots` that were given before, whole or begun (`Interpretation.begun`): what is
    said now completes them ("friday", then "at three") or corrects them ("no, the twenty-third"),
    and comes back as the whole value. One that is not required gives way to those that are asked
    for, unless the caller corrects, or says what can be none of these ("wednesday at three", where
    the time is asked for). The same can be meant whatever was given before, so that it
    does not count where expectations are compared."""


@dataclass(frozen=True, slots=True)
class Levels:
    """From where on a meaning is taken, and asked back, as `Expectation` has them."""

    accept: float
    confirm: float


class Match(StrEnum):
    """What became of an utterance."""

    CHOICE = "choice"
    SLOTS = "slots"
    UNIVERSAL = "universal"
    ANSWER = "answer"
    """A question that the knowledge base has; `Interpretation.findings` says which."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What the caller meant, as far as the node's expectation goes."""

    match: Match
    text: str
    """What was heard; empty if nothing was."""
    confidence: float = 0.0
    """Calibrated as well as the engine can: 0.8 should be right eight times in ten."""
    choice: str = ""
    """Name of the choice or universal."""
    slots: Mapping[str, SlotValue] = field(default_factory=lambda: EMPTY)
    """Slots that were filled by this utterance (a choice may bring some along)."""
    runner_up: str = ""
    """The next best choice, where one came close."""
    begun: Mapping[str, SlotValue] = field(default_factory=lambda: EMPTY)
    """Slots of which only a part was said, with `Match.SLOTS` beside others or with `Match.NONE`:
    too few digits (`904`), a date's month (`2026-12`) or week (`2026-W48`), of a datetime the date
    or the time alone, of a time the part of the day (`morning`, `noon`, `afternoon`, `evening`,
    `night`). Put into the next `Expectation.filled`, they are completed by what is said then."""
    rivals: Mapping[str, SlotValue] = field(default_factory=lambda: EMPTY)
    """Next best values of slots, where another reading came close."""
    findings: tuple[Finding, ...] = ()
    """Entries of the knowledge base that may be what was asked, best first."""
    complete: bool = False
    """A choice is made or every required slot is filled: nothing more need be said."""
    levels: Levels | None = None
    """Where the model that it was found by has learned them and the flow gives none."""

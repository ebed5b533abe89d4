"""Problems of one flow as the checks find them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from voicebot.core.errors import Problem, Severity
from voicebot.core.knowledge import AnswerLevels, Knowledge
from voicebot.flow.base import Path
from voicebot.flow.calendars import Calendar
from voicebot.flow.customers import CustomerTerms
from voicebot.flow.document import Document
from voicebot.flow.expression_types import TypeOf
from voicebot.flow.flow import Flow
from voicebot.flow.problems import did_you_mean
from voicebot.flow.value_types import types_of
from voicebot.flow.ways import Way, ways_of


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the configuration has; None leaves a kind of name unchecked."""

    queues: Collection[str] | None = None
    destinations: Collection[str] | None = None
    recordings: Mapping[str, Collection[str]] | None = None
    """Ids of the recorded prompts, by language."""
    phones: Callable[[str, str], Sequence[str]] | None = None
    """The sounds of a word in a language, each as a text; what sounds the same has the same. None
    leaves it unchecked whether answers sound alike."""
    calendars: Mapping[str, Calendar] | None = None
    """Opening hours by name."""
    secrets: Collection[str] | None = None
    mail: bool | None = None
    """Whether a mail server is configured."""
    customers: CustomerTerms | None = None
    """What the configuration says of customers."""
    bases: Mapping[str, Knowledge] | None = None
    """Knowledge bases by name."""
    base_problems: Sequence[Problem] = ()
    """What is wrong with their files."""
    answers: AnswerLevels | None = None
    """How sure the bot must be of an answer; None for the system's own levels."""


@dataclass(slots=True)
class Report:
    """Problems of one flow as they are found."""

    flow: Flow
    document: Document
    around: Surroundings
    problems: list[Problem] = field(default_factory=list)
    ways: dict[str, list[Way]] = field(init=False)
    """Node -> its ways out."""

    type_of: TypeOf = field(init=False)
    """The type of a name in expressions."""

    def __post_init__(self) -> None:
        self.ways = ways_of(self.flow)
        self.type_of = types_of(self.flow)

    def add(
        self,
        path: Path,
        code: str,
        message: str,
        hint: str = "",
        *,
        offset: int | None = None,
        is_warning: bool = False,
    ) -> None:
        """Add a problem at a path; `offset` points into a text."""
        place = self.document.place if offset is None else None
        line, column = place(path) if place else self.document.place_in(path, offset or 0)
        severity = Severity.WARNING if is_warning else Severity.ERROR
        node = str(path[1]) if len(path) > 1 and path[0] == "nodes" else ""
        self.problems.append(
            Problem(self.document.file, line, column, code, message, hint, node, severity)
        )

    def missing(self, path: Path, what: str, name: str, known: Collection[str]) -> None:
        """Add a name that nothing has."""
        hint = did_you_mean(name, known)
        self.add(path, f"missing-{what.replace(' ', '-')}", f"there is no {what} {name}", hint)

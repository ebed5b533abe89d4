"""What a hotline knows: questions with their spoken answers, and the names of its trade."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_PHONES = re.compile(r"[A-Z]{1,3}[012]?(?: [A-Z]{1,3}[012]?)*")
_STRESS = re.compile(r"[012]")


def is_arpabet(sound: str) -> bool:
    """Whether a sound is written in phones, not in words."""
    return bool(_PHONES.fullmatch(sound.strip()))


@dataclass(frozen=True, slots=True)
class Entry:
    """One question that callers have, and what they are told."""

    id: str
    questions: Mapping[str, tuple[str, ...]]
    """By language: the question, then similar ones."""
    answers: Mapping[str, str]
    """By language, as prompts are written: markup, `{name}` for a value."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """By language: how the bot names it when it asks back; the question where there is none."""
    valid_from: datetime.date | None = None
    """The first day that it holds, in the hotline's zone."""
    valid_until: datetime.date | None = None
    """The last day that it holds."""
    tags: tuple[str, ...] = ()
    owner: str = ""
    """Who answers for it."""
    version: int = 1
    """Goes up with each change of what it says."""
    recording: str = ""
    """Id of the recorded prompt; `faq/BASE/ID` where empty."""

    def holds_on(self, day: datetime.date | None) -> bool:
        """Whether it may be told on a day; None stands for any."""
        if day is None:
            return True
        starts, ends = self.valid_from, self.valid_until
        return (starts is None or starts <= day) and (ends is None or day <= ends)

    def speaks(self, language: str) -> bool:
        """Whether it has questions and an answer in a language."""
        return bool(self.questions.get(language)) and bool(self.answers.get(language))

    def label(self, language: str) -> str:
        """How the bot names it."""
        named = self.labels.get(language)
        return named or self.questions[language][0].strip().rstrip("?？.。!！")


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing of the trade that has a name: a product, a branch."""

    id: str
    kind: str
    """`product`, `branch`: phrases name all of a kind as `{product}`."""
    names: Mapping[str, tuple[str, ...]]
    """By language: the name, then synonyms."""
    sounds: tuple[str, ...] = ()
    """What it sounds like: in plain words, or in ARPAbet (`Z EY T AH`) for a name of one word."""

    def heard_as(self, language: str) -> tuple[str, ...]:
        """All that callers say for it, and what recognizers may take that for, in lower case."""
        spelled = [sound for sound in self.sounds if not is_arpabet(sound)]
        names = self.names.get(language, ())
        return tuple(dict.fromkeys(n.lower() for n in (*names, *spelled))) if names else ()

    def phones(self, language: str) -> tuple[tuple[str, str], ...]:
        """(word, phones) where its pronunciation is given so, without stress marks."""
        names = self.names.get(language, ())
        phones = [s for s in self.sounds if is_arpabet(s)] if names else []
        return tuple((names[0].lower(), _STRESS.sub("", sound)) for sound in phones)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """One knowledge base. Never changes; the same content has the same version."""

    name: str
    version: str
    """SHA-256 of its content, hexadecimal."""
    entries: Mapping[str, Entry] = field(default_factory=dict, compare=False, repr=False)
    entities: Mapping[str, Entity] = field(default_factory=dict, compare=False, repr=False)

    def in_language(self, language: str) -> Iterator[Entry]:
        """Entries that callers of a language can be told."""
        return (entry for entry in self.entries.values() if entry.speaks(language))

    def recording(self, entry: Entry) -> str:
        """The prompt id of an entry's recording."""
        return entry.recording or f"faq/{self.name}/{entry.id}"

    def kinds(self) -> set[str]:
        """Kinds of its entities."""
        return {entity.kind for entity in self.entities.values()}

    def of_kind(self, kind: str) -> list[Entity]:
        """Entities of a kind, in the order of the file."""
        return [entity for entity in self.entities.values() if entity.kind == kind]


@dataclass(frozen=True, slots=True)
class AnswerLevels:
    """How sure the bot must be of an answer."""

    answer: float = 0.7
    """Score from which an entry is told."""
    margin: float = 0.15
    """How far the next entry's score must lie below, else the two are asked for."""
    clarify: float = 0.3
    """Score from which it is asked back; below it nothing was found."""


@dataclass(frozen=True, slots=True)
class KnowledgeScope:
    """What may be answered at a node."""

    bases: tuple[Knowledge, ...]
    tags: frozenset[str] = frozenset()
    """Only entries with one of them compete; all where it is empty."""
    levels: AnswerLevels = field(default_factory=AnswerLevels)
    free: bool = False
    """Questions come in any words: recognizers that can take dictation. Else what is expected
    beside them, such as a menu's phrases, steers what is heard."""

    def questions(self, language: str) -> Iterator[str]:
        """All that its entries are asked by."""
        for base in self.bases:
            for entry in base.in_language(language):
                if self.allows(entry, None):
                    yield from entry.questions[language]

    def find(self, base: str, entry: str) -> tuple[Knowledge, Entry] | None:
        """An entry by name."""
        for knowledge in self.bases:
            if knowledge.name == base and entry in knowledge.entries:
                return knowledge, knowledge.entries[entry]
        return None

    def allows(self, entry: Entry, day: datetime.date | None) -> bool:
        """Whether an entry may be told on a day."""
        tagged = not self.tags or not self.tags.isdisjoint(entry.tags)
        return tagged and entry.holds_on(day)

    def verdict(self, found: tuple[Finding, ...]) -> Verdict:
        """What to do with what was found, best first."""
        if not found or found[0].score < self.levels.clarify:
            return Verdict.NOTHING
        best, lead = found[0].score, lead_of(found)
        sure = best >= self.levels.answer and lead >= self.levels.margin
        return Verdict.ANSWER if sure else Verdict.CLARIFY


class Verdict(StrEnum):
    """What to do with what was found."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Finding:
    """An entry that may be what the caller asks."""

    base: str
    entry: str
    score: float
    """0 to 1: how often such an entry is the one that was meant."""


def lead_of(found: tuple[Finding, ...]) -> float:
    """How far the best lies above the next."""
    if not found:
        return 0.0
    return found[0].score - (found[1].score if len(found) > 1 else 0.0)

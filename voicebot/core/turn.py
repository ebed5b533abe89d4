"""One turn of the conversation: its timing, who may interrupt, who has the floor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Floor(StrEnum):
    """Who has the floor of the conversation."""

    LISTENING = "LISTENING"
    THINKING = "THINKING"
    SPEAKING = "SPEAKING"


class BargeIn(StrEnum):
    """What may interrupt a prompt."""

    NONE = "none"
    KEYS = "keys"
    SPEECH = "speech"
    BOTH = "both"

    @property
    def by_speech(self) -> bool:
        """Speech interrupts."""
        return self in (BargeIn.SPEECH, BargeIn.BOTH)

    @property
    def by_keys(self) -> bool:
        """Keys interrupt."""
        return self in (BargeIn.KEYS, BargeIn.BOTH)


@dataclass(frozen=True, slots=True)
class Timing:
    """When a turn ends. The names are VoiceXML's two time-outs and their kin."""

    no_input_ms: int = 5_000
    """Silence after the prompt before the caller counts as silent."""
    end_complete_ms: int = 400
    """Silence that ends an utterance which already answers the question."""
    end_certain_ms: int = 300
    """Silence that ends an utterance which answers the question beyond doubt; where it is longer
    than `end_complete_ms`, that one counts."""
    end_incomplete_ms: int = 1_000
    """Silence that ends an utterance which does not answer the question yet."""
    end_phrase_ms: int = 600
    """The same at questions that are answered in one phrase, within which nobody pauses for long;
    where it is longer than `end_incomplete_ms`, that one counts."""
    max_speech_ms: int = 15_000
    """An utterance is cut here."""
    inter_digit_ms: int = 3_000
    """Pause after a key that ends a digit string of open length."""
    term_timeout_ms: int = 0
    """How long a terminator is waited for after the last key that a digit string may have."""
    wait_ms: int = 60_000
    """In place of `no_input_ms`, once the caller asked for a moment."""
    sensitivity: float = 0.5
    """From 0 to 1: how little it takes to be heard as speech; 0.5 changes nothing."""


@dataclass(frozen=True, slots=True)
class KeySpec:
    """The keys that a listening node takes."""

    max_digits: int = 1
    min_digits: int = 1
    terminators: str = "#"
    """Any of these keys ends the string and is no part of it; empty for none."""
    cancel: str = ""
    """This key erases what was typed so far; empty for none."""
    options: tuple[str, ...] = ()
    """Where not empty, only these strings are valid; one that no longer one begins with
    ends the collection at once."""

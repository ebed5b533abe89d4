"""Properties that a node inherits from its flow and a flow from the system; the nearest wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import Field

from voicebot.core.knowledge import AnswerLevels
from voicebot.core.meaning import Expectation
from voicebot.core.turn import BargeIn, Timing
from voicebot.flow.base import DurationMs, NodeName, Prompts, Strict
from voicebot.flow.calendars import Calendar
from voicebot.flow.customers import CustomerTerms


class TimingModel(Strict):
    """When a turn ends."""

    no_input: DurationMs | None = Field(
        None, description="Silence after the prompt before the caller counts as silent (5s)."
    )
    end_complete: DurationMs | None = Field(
        None, description="Silence that ends an utterance which answers the question (400ms)."
    )
    end_certain: DurationMs | None = Field(
        None, description="Silence that ends an utterance which answers it beyond doubt (300ms)."
    )
    end_incomplete: DurationMs | None = Field(
        None, description="Silence that ends an utterance which does not answer it yet (1s)."
    )
    end_phrase: DurationMs | None = Field(
        None,
        description="The same at questions that are answered in one phrase (600ms): yes or no, one "
        "digit, one of a few options, a menu of phrases; where a node itself says end_incomplete "
        "and not this, and after an answer that was not understood, end_incomplete counts there.",
    )
    max_speech: DurationMs | None = Field(
        None, description="The longest utterance; it is cut there (15s)."
    )
    inter_digit: DurationMs | None = Field(
        None, description="Pause after a key that ends a digit string of open length (3s)."
    )

    term_timeout: DurationMs | None = Field(
        None,
        description="How long a terminator is waited for after the last key that a digit string "
        "may have (0s); a terminator that comes a little later is dropped in any case.",
    )
    wait: DurationMs | None = Field(
        None, description="In place of no_input, once the caller asked for a moment (60s)."
    )
    sensitivity: float | None = Field(
        None,
        ge=0,
        le=1,
        description="How little sound it takes to be heard as speech (0.5): less on noisy lines, "
        "more for callers who speak softly.",
    )

    def over(self, timing: Timing) -> Timing:
        """`timing` with what is given here."""
        if not self.model_fields_set:
            return timing
        given = {timing_field(name): value for name, value in self if value is not None}
        return replace(timing, **given) if given else timing


def timing_field(name: str) -> str:
    """The field of `Timing` for a property."""
    return name if name == "sensitivity" else f"{name}_ms"


class ConfidenceModel(Strict):
    """How sure the bot must be of what it heard."""

    accept: float | None = Field(
        None, ge=0, le=1, description="From here a meaning is taken as it is (0.6)."
    )
    confirm: float | None = Field(
        None, ge=0, le=1, description="From here it is asked back; below, nothing was heard (0.35)."
    )


class Reaction(Strict):
    """What happens on one more silence, or one more answer that was not understood."""

    prompt: Prompts = Field((), description="Said first.")
    repeat: bool = Field(False, description="The node's question is said again after the prompt.")
    to: NodeName | None = Field(
        None, description="Leave for this node. Without it the node listens again."
    )
    count: int | None = Field(
        None,
        ge=1,
        description="From which time on; one more than the entry before if left out. The entry of "
        "the highest count that is reached is taken.",
    )
    timing: TimingModel = Field(
        TimingModel(), description="When the turn ends that follows; nearer than the node's."
    )
    barge_in: BargeIn | None = Field(
        None, description="What may interrupt what is said then; the node's if left out."
    )


Reactions = tuple[Reaction, ...]


def counts_of(reactions: Reactions) -> tuple[int, ...]:
    """From which time on each of them holds."""
    found: list[int] = []
    for reaction in reactions:
        found.append(reaction.count or (found[-1] if found else 0) + 1)
    return tuple(found)


def reaction_to(reactions: Reactions, count: int) -> Reaction | None:
    """What happens the so-manieth time; None past the last one, unless that one leads away."""
    counts = counts_of(reactions)
    if count > max(counts) and reactions[-1].to is None:
        return None
    reached = [reaction for n, reaction in zip(counts, reactions, strict=True) if n <= count]
    return reached[-1] if reached else Reaction(repeat=True)


@dataclass(frozen=True, slots=True)
class FlowSettings:
    """What every flow inherits from the system, and its guards."""

    timing: Timing = field(default_factory=Timing)
    accept: float = Expectation().accept
    confirm: float = Expectation().confirm
    max_steps: int = 1_000
    """Events and visits of nodes in one call; past it the flow takes its error path."""
    overtime_steps: int = 50
    """What the error path may take then, before the bot apologizes and hangs up."""
    max_same_node: int = 10
    """Visits of one node in a row; past it the flow takes its error path."""
    max_depth: int = 8
    """Flows that call each other, one within the other."""
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    """Opening hours of the configuration, by name."""
    max_digressions: int = 2
    """Questions that wait while the caller asks something else; at a further one the question
    that was put last is left."""
    answers: AnswerLevels = field(default_factory=AnswerLevels)
    """How sure the bot must be of an answer of a knowledge base."""
    customers: CustomerTerms = field(default_factory=CustomerTerms)
    """What the configuration says of customers."""
    max_errors: int = 3
    """Errors without a success between them; past it the bot apologizes and hangs up."""
    max_call_ms: int = 3_600_000
    """Length of a call, but for the time with a person; 0 for no limit."""

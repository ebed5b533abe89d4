"""Properties that a node inherits from its flow and a flow from the system; the nearest wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import Field

from voicebot.core.meaning import Expectation
from voicebot.core.turn import Timing
from voicebot.flow.base import DurationMs, NodeName, Prompts, Strict
from voicebot.flow.calendars import Calendar


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
    max_speech: DurationMs | None = Field(
        None, description="The longest utterance; it is cut there (15s)."
    )
    inter_digit: DurationMs | None = Field(
        None, description="Pause after a key that ends a digit string of open length (3s)."
    )

    def over(self, timing: Timing) -> Timing:
        """`timing` with what is given here."""
        given = {f"{name}_ms": value for name, value in self if value is not None}
        return replace(timing, **given) if given else timing


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


Reactions = tuple[Reaction, ...]


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
    max_errors: int = 3
    """Errors without a success between them; past it the bot apologizes and hangs up."""
    max_call_ms: int = 3_600_000
    """Length of a call, but for the time with a person; 0 for no limit."""

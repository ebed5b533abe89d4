"""transfer: the caller is sent to somebody else, or put through to them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from voicebot.core.call import Outcome
from voicebot.core.queueing import TransferOutcome
from voicebot.flow.actions import Dial, Transfer
from voicebot.flow.base import Destination, DurationMs, Keys, NodeName, Prompts, Strict
from voicebot.flow.events import EngineFailed, Event, TransferEnded
from voicebot.flow.walk import Kind, Walk


def _to_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class TransferOutcomes(Strict):
    """Where the call goes when the transfer is over, or came to nothing."""

    done: NodeName | None = Field(
        None,
        description="Put through (`mode: dial`), and they hung up. If left out, the bot hangs up, "
        "as after a blind transfer.",
    )
    failed: NodeName = Field(description="It failed, or was not possible.")
    no_answer: NodeName | None = Field(None, description="Nobody answered; else as failed.")
    busy: NodeName | None = Field(None, description="The line was busy; else as failed.")
    declined: NodeName | None = Field(None, description="It was declined; else as failed.")

    def of(self, outcome: TransferOutcome) -> str:
        """The node for an outcome that came to nothing."""
        return getattr(self, outcome) or self.failed


class TransferNode(Kind):
    """The caller is sent to another number and leaves the hotline (`blind`), or the hotline calls
    there and puts the caller through (`dial`)."""

    kind: Literal["transfer"]
    mode: Literal["blind", "dial"] = Field(
        "blind",
        description="`blind`: the caller's own phone is asked to call there (REFER); `dial`: we "
        "call, and the call comes back when they hang up or do not answer.",
    )
    target: Annotated[
        tuple[Destination, ...],
        BeforeValidator(_to_list, json_schema_input_type=str | list[str]),
    ] = Field(
        min_length=1,
        max_length=10,
        description="A SIP URI, or one of the configured destinations; several with `mode: dial`.",
    )
    prompt: Prompts = Field((), description="Said first.")
    ring: Literal["in_order", "at_once"] = Field(
        "in_order", description="Several targets: one after the other, or all; the first wins."
    )
    ring_time: DurationMs = Field(
        30_000, ge=5_000, le=180_000, description="How long each target rings (30s)."
    )
    hear: Literal["ringing", "music"] = Field(
        "ringing", description="What the caller hears meanwhile."
    )
    whisper: Prompts = Field(
        (), description="Said to whoever answers, before the caller is put through."
    )
    accept_key: Keys | None = Field(
        None,
        description="The key by which whoever answers takes the call; an answering machine never "
        "presses it. If left out, answering is enough.",
    )
    outcomes: TransferOutcomes = Field(description="Where the call goes afterwards.")

    @model_validator(mode="after")
    def _fits_its_mode(self) -> Self:
        if self.accept_key is not None and len(self.accept_key) != 1:
            raise ValueError("accept_key is one key")
        if self.mode == "dial":
            return self
        if len(self.target) > 1:
            raise ValueError("several targets need `mode: dial`")
        if self.whisper or self.accept_key or self.outcomes.done:
            raise ValueError("whisper, accept_key and outcomes.done need `mode: dial`")
        return self

    def enter(self, walk: Walk) -> None:
        """Ask for the transfer."""
        walk.say(self.prompt)
        if self.mode == "blind":
            walk.wait(Transfer(self.target[0]))
            return
        walk.wait(
            Dial(
                tuple(map(str, self.target)),
                at_once=self.ring == "at_once",
                ring_ms=self.ring_time,
                music=self.hear == "music",
                whisper=tuple(walk.prompt(ref) for ref in self.whisper),
                accept_key=self.accept_key or "",
            )
        )

    def take(self, walk: Walk, event: Event) -> None:
        """The transfer came to an end."""
        match event:
            case TransferEnded(TransferOutcome.DONE):
                self._done(walk)
            case TransferEnded(outcome):
                walk.go(self.outcomes.of(outcome), str(outcome))
            case EngineFailed():
                walk.go(self.outcomes.failed, "error")
            case _:
                raise AssertionError(f"{type(event).__name__} is no end of a transfer")

    def _done(self, walk: Walk) -> None:
        if self.outcomes.done is None:
            walk.hang_up(Outcome.TRANSFERRED)
            return
        walk.change(served=True, unserved=False)
        walk.go(self.outcomes.done, "done")

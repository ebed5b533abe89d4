"""A flow file as it is written. The kinds of nodes are in `kinds/`, one file each."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from voicebot.core.turn import BargeIn
from voicebot.flow.base import (
    Destination,
    DurationMs,
    Expression,
    HeaderTemplate,
    Keys,
    Name,
    NodeName,
    PhrasePattern,
    Prompts,
    Strict,
)
from voicebot.flow.calendars import Calendar
from voicebot.flow.properties import ConfidenceModel, Reactions, TimingModel
from voicebot.flow.slot import Slot
from voicebot.flow.subflows import Parameter
from voicebot.flow.wording import UNIVERSALS


class Global(Strict):
    """A command that callers may use wherever the bot listens."""

    phrases: tuple[PhrasePattern, ...] = Field(
        (),
        description="What callers say; built-in phrases serve help, repeat, back, wait, operator, "
        "main_menu and cancel, which also forgets what the caller was about.",
    )
    key: Keys | None = Field(
        None, description="The key for it, where it does not clash with the node's own keys."
    )
    label: str = Field("", description="How the bot names it when it asks back.")
    to: NodeName | None = Field(
        None, description="The node that it leads to. Only help, repeat, back and wait do without."
    )
    returns: bool = Field(
        False,
        description="True: a digression. Once its nodes come to one of kind `resume`, the question "
        "that the caller left is asked again, with all that was answered before. At a menu that "
        "has a choice of the same name, the choice is meant.",
    )

    @model_validator(mode="after")
    def _returns_from_somewhere(self) -> Self:
        if self.returns and self.to is None:
            raise ValueError("`returns` needs `to`, the first node of the digression")
        return self


class Backend(Strict):
    """Where http nodes send their requests."""

    url: str = Field(
        pattern=r"^https?://\S+$",
        description="Base URL, without a slash at its end.",
        # An editor sees the file before `${env:NAME}` is read.
        json_schema_extra={"pattern": r"^(https?://|\$\{env:)\S+$"},
    )
    headers: dict[str, HeaderTemplate] = Field(
        {},
        description="Sent with every request; `{secret:name}` is a secret of the configuration.",
    )


class Rejection(Strict):
    """A call that is not answered."""

    condition: Expression = Field(
        alias="if", description="An expression over `call.` and the clock."
    )
    code: int = Field(
        603, ge=400, le=699, description="SIP status: 486 busy, 480 not available, 603 declined."
    )
    redirect: Destination | None = Field(
        None, description="Where the caller's network is to call instead (302)."
    )


class BeforeAnswer(Strict):
    """What callers get before the call is answered, and paid for."""

    ring: DurationMs = Field(0, le=60_000, description="Let it ring so long first (0s).")
    early: Prompts = Field(
        (), description="Said before answering, as early media; not every network lets it through."
    )
    reject: tuple[Rejection, ...] = Field(
        (), description="Calls that are not answered: the first condition that holds decides."
    )


class MaxCall(Strict):
    """How long a call may last."""

    after: DurationMs | None = Field(
        None, description="From the answer, without the time with a person; 60m if left out."
    )
    warn_before: DurationMs = Field(
        0, description="So long before the end `warning` is said, before the bot's next words."
    )
    warning: Prompts = Field((), description="Said when the end comes near.")
    prompt: Prompts = Field((), description="Said when the time is up.")
    to: NodeName | None = Field(
        None, description="The node for what follows then; without it the bot hangs up."
    )
    with_people: bool = Field(False, description="Whether the time with a person counts, too.")


def _from_duration(value: object) -> object:
    return {"after": value} if isinstance(value, str) else value


def _to_wordings(value: object) -> object:
    return [value] if isinstance(value, str) else value


Wordings = Annotated[
    tuple[str, ...],
    BeforeValidator(_to_wordings, json_schema_input_type=str | list[str]),
    Field(min_length=1),
]
"""A text, or several that mean the same."""


def _from_url(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


NodeT = TypeVar("NodeT")


class FlowFile(Strict, Generic[NodeT]):
    """A whole hotline."""

    flow: Name = Field(description="The flow's name.")
    description: str = Field("", description="What the hotline is for.")
    language: Literal["en", "zh"] = Field("en", description="The language that the bot speaks.")
    languages: tuple[Literal["en", "zh"], ...] = Field(
        (),
        description="For a flow of several: all of them, that in which calls begin first. A text "
        "is then written for each, such as `{en: Welcome., zh: 您好。}`.",
    )
    currency: str = Field("USD", pattern="^[A-Z]{3}$", description="ISO 4217 code of amounts.")
    before_answer: BeforeAnswer = Field(
        BeforeAnswer(), description="Ringing and announcements before the call is answered."
    )
    start: NodeName = Field(description="The node that a call begins with.")
    on_error: NodeName | None = Field(
        None,
        description="The node for anything that fails: a back end, the recognizer, a loop, "
        "callers whom the bot does not come to understand. Only a flow with `exits` does without: "
        "the error path is then that of the flow that called it.",
    )
    parameters: dict[Name, Parameter] = Field(
        {}, description="Values that the flow takes when another one calls it, by name."
    )
    results: tuple[Name, ...] = Field(
        (), description="Names of values that a flow which calls this one may keep."
    )
    exits: tuple[Name, ...] = Field(
        (), description="Ways in which a `return` node may end this flow when another one calls it."
    )
    timing: TimingModel = Field(TimingModel(), description="When a turn ends, for every node.")
    confidence: ConfidenceModel = Field(
        ConfidenceModel(), description="How sure the bot must be, for every node."
    )
    max_call: Annotated[
        MaxCall, BeforeValidator(_from_duration, json_schema_input_type=str | MaxCall)
    ] = Field(MaxCall(), description="How long a call may last, such as `20m`.")
    terminators: str | None = Field(
        None, pattern=r"^[0-9*#]*$", description="Keys that end a digit string (#); empty for none."
    )
    barge_in: BargeIn = Field(BargeIn.BOTH, description="What may interrupt prompts.")
    no_input: Reactions = Field(
        (), description="What happens when the caller keeps silent, by count, for every node."
    )
    no_match: Reactions = Field(
        (), description="What happens when the caller is not understood, by count, for every node."
    )
    backends: dict[
        Name, Annotated[Backend, BeforeValidator(_from_url, json_schema_input_type=str | Backend)]
    ] = Field(
        {}, description="Base URLs for http nodes, by name; `${env:NAME}` is read at the start."
    )
    calendars: dict[Name, Calendar] = Field(
        {},
        description="Opening hours for `hours` nodes, by name; before those of the configuration.",
    )
    slots: dict[Name, Slot] = Field({}, description="The values that callers give, by name.")
    globals: dict[Name, Global] = Field({}, description="Commands that work everywhere, by name.")
    prompts: dict[str, Wordings] = Field(
        {},
        description="Texts by id; of several wordings, the next one each time. A recording of the "
        "same id (`id.2` for the second wording) is played instead.",
    )
    nodes: dict[Name, NodeT] = Field(min_length=1, description="The nodes, by name.")

    @model_validator(mode="after")
    def _globals_lead_somewhere(self) -> Self:
        for name, command in self.globals.items():
            if command.to is None and name not in UNIVERSALS:
                raise ValueError(f"global command {name} needs `to`, the node that it leads to")
        return self

    @model_validator(mode="after")
    def _errors_lead_somewhere(self) -> Self:
        if self.on_error is None and not self.exits:
            raise ValueError("on_error is missing: the node for anything that fails")
        return self

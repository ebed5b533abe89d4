"""ask: the caller gives values, several in one sentence or one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from voicebot.core.turn import KeySpec
from voicebot.flow.asking import Asking
from voicebot.flow.base import NodeName, Prompts, SlotName
from voicebot.flow.flow import Flow
from voicebot.flow.keyed import key_spec
from voicebot.flow.settling import Asked


def _from_prompt(value: object) -> object:
    return {"prompt": value} if isinstance(value, str) else value


class AskNode(Asking):
    """The caller gives values, several in one sentence or one after the other."""

    kind: Literal["ask"]
    slots: dict[
        SlotName,
        Annotated[Asked, BeforeValidator(_from_prompt, json_schema_input_type=Asked | str)],
    ] = Field(min_length=1, description="The slots, in the order in which they are asked for.")
    read_back: Prompts = Field(
        (), description="A yes/no question that confirms all slots together. No asks all again."
    )
    keep: bool = Field(
        False, description="Slots that have a value from earlier in the call are not asked again."
    )
    corrects: tuple[SlotName, ...] = Field(
        (),
        description="Slots of earlier questions that this one reads back: callers may say another "
        "value for them (no digit strings, no text).",
    )
    corrected_to: NodeName | None = Field(
        None,
        alias="corrected",
        description="Where the call goes when one of them was changed; the question is put again, "
        "with the new value, if left out.",
    )
    keys: bool = Field(True, description="Whether slots can be keyed in.")

    @cached_property
    def asked(self) -> Mapping[str, Asked]:
        """The slots by name."""
        return {str(name): how for name, how in self.slots.items()}

    @property
    def by_speech(self) -> bool:
        """Always."""
        return True

    @property
    def read_back_prompts(self) -> tuple[str, ...]:
        """Said to confirm all slots together."""
        return self.read_back

    @property
    def keeps(self) -> bool:
        """As written."""
        return self.keep

    @property
    def earlier(self) -> tuple[str, ...]:
        """As written."""
        return self.corrects

    @property
    def after_correction(self) -> NodeName | None:
        """As written."""
        return self.corrected_to

    def keys_for(self, flow: Flow, name: str) -> KeySpec | None:
        """By the slot's type."""
        return key_spec(flow.slots[name], terminators=flow.terminators) if self.keys else None

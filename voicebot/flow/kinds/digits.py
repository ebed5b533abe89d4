"""digits: the caller keys in a digit string; the node for card numbers and PINs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from pydantic import Field

from voicebot.core.turn import KeySpec
from voicebot.flow.asking import Asking
from voicebot.flow.base import SlotName
from voicebot.flow.flow import Flow
from voicebot.flow.keyed import key_spec
from voicebot.flow.settling import Asked


class DigitsNode(Asking):
    """The caller keys in a digit string; of speech, only global commands count unless asked for."""

    kind: Literal["digits"]
    slot: SlotName = Field(description="The slot that is filled, of type digits, phone or card.")
    speech: bool = Field(False, description="True: the digits may be spoken, too.")
    terminators: str | None = Field(
        None,
        pattern=r"^[0-9*#]*$",
        description="Keys that end the string, any of them; empty for none, as the flow says else.",
    )
    cancel: str = Field(
        "*", pattern=r"^[0-9*#]?$", description="The key that erases what was keyed so far."
    )
    confirm: Literal["auto", "always", "never"] = Field(
        "auto", description="When the digits are read back; see ask."
    )

    @cached_property
    def asked(self) -> Mapping[str, Asked]:
        """The one slot."""
        return {self.slot: Asked(confirm=self.confirm)}

    @property
    def by_speech(self) -> bool:
        """As written."""
        return self.speech

    def keys_for(self, flow: Flow, name: str) -> KeySpec | None:
        """With this node's terminators and cancel key."""
        own = flow.terminators if self.terminators is None else self.terminators
        return key_spec(flow.slots[name], terminators=own, cancel=self.cancel)

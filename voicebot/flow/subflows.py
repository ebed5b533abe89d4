"""What a flow declares to be called by others: parameters in, results and named exits out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from voicebot.core.meaning import SlotType
from voicebot.flow.base import Expression, Strict


def from_literal(value: object) -> object:
    """`true`, `5` and `null` are expressions without quotes, too."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value) if isinstance(value, int | float) else value


Value = Annotated[
    Expression,
    BeforeValidator(from_literal, json_schema_input_type=str | int | float | bool | None),
]
"""An expression; numbers, true, false and null need no quotes."""

ParameterType = Literal[
    "any",
    "digits",
    "number",
    "yes_no",
    "date",
    "time",
    "datetime",
    "duration",
    "money",
    "phone",
    "card",
    "text",
]


class Parameter(Strict):
    """A value that a flow takes from the one that calls it."""

    type: ParameterType = Field(
        "any", description="What kind of value it is, as of slots; `any` is taken as it comes."
    )
    default: Value | None = Field(
        None, description="An expression for where nothing is given; without one it is required."
    )
    secret: bool = Field(False, description="Never kept, as a secret slot.")
    description: str = Field("", description="What it is for.")

    @property
    def slot_type(self) -> SlotType | None:
        """As a slot has it; None for any."""
        return None if self.type == "any" else SlotType(self.type)

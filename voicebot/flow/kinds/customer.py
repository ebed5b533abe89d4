"""customer: who calls, by an id that was given in the call."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from voicebot.flow.actions import FindCustomer
from voicebot.flow.base import KeptTemplate, NodeName
from voicebot.flow.events import CustomerSeen, EngineFailed, Event
from voicebot.flow.sending import filled_in
from voicebot.flow.walk import Kind, Walk


class CustomerNode(Kind):
    """A customer is looked up by an id, or by another number than the calling one; from then on
    `customer.` has that profile. The caller waits in silence, for two seconds at most.

    A secret slot may not be in it, because the journal keeps whose profile was found.
    """

    kind: Literal["customer"]
    id: KeptTemplate | None = Field(None, description="The customer's id, such as `{account}`.")
    number: KeptTemplate | None = Field(
        None, description="A telephone number, such as `{phone}`, in place of an id."
    )
    found: NodeName = Field(description="The next node where the customer is known.")
    unknown: NodeName = Field(
        description="The next node where nobody is known by that; also after an error, unless "
        "there is `on_error`."
    )

    @model_validator(mode="after")
    def _asks_for_one(self) -> Self:
        if (self.id is None) == (self.number is None):
            raise ValueError("write `id` or `number`")
        return self

    def enter(self, walk: Walk) -> None:
        """Ask."""
        asked = FindCustomer(filled_in(walk, self.id or ""), filled_in(walk, self.number or ""))
        if asked.id.strip() or asked.number.strip():
            walk.wait(asked)
        else:
            walk.go(self.unknown, "unknown")

    def take(self, walk: Walk, event: Event) -> None:
        """The profile is there, or nobody is known."""
        match event:
            case CustomerSeen(customer) if customer.known:
                values = walk.flow.settings.customers.values(customer)
                walk.change(customer=values, errors=0)
                walk.tag_by_rules()
                walk.go(self.found, "found")
            case EngineFailed() if self.on_error is not None:
                walk.fail("the customer could not be looked up")
            case _:
                walk.go(self.unknown, "unknown")

"""percent: callers are shared out among ways, the same caller always the same way."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from voicebot.core.record import FactKind
from voicebot.flow.base import Name, NodeName, Strict
from voicebot.flow.shares import percentile
from voicebot.flow.walk import Kind, Walk


class Arm(Strict):
    """One of the ways."""

    share: Annotated[float, Field(ge=0, le=100)] = Field(description="Percent of the callers.")
    to: NodeName = Field(description="The next node.")


class PercentNode(Kind):
    """Callers are shared out among ways, for trying something out with a part of them.

    A caller's number, the flow's and the node's name decide, so that whoever calls again comes the
    same way. The journal has the way as a tag, `node:arm`.
    """

    kind: Literal["percent"]
    arms: dict[Name, Arm] = Field(
        min_length=1, description="The ways by name; their shares add up to 100."
    )

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = sum(arm.share for arm in self.arms.values())
        if abs(total - 100) > 1e-6:
            raise ValueError(f"the shares add up to {total:g}, not 100")
        return self

    def enter(self, walk: Walk) -> None:
        """Choose."""
        state = walk.state
        at = percentile(state.info, walk.flow.name, state.node)
        chosen, arm = next(iter(self.arms.items()))
        for name, candidate in self.arms.items():
            if candidate.share > 0:
                chosen, arm = name, candidate
                at -= candidate.share
                if at < 0:
                    break
        walk.note(FactKind.TAGGED, tag=f"{state.place(state.node)}:{chosen}")
        walk.go(arm.to, chosen)

"""`knowledge:` of a node: the questions that callers may ask there."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from voicebot.core.knowledge import AnswerLevels, KnowledgeScope
from voicebot.flow.base import KnowledgeName, Strict
from voicebot.flow.flow import Flow


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[
    tuple[KnowledgeName, ...],
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
    Field(min_length=1),
]
Tags = Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])]


class KnowledgeModel(Strict):
    """Where answers come from, and how sure the bot must be of them."""

    base: Names = Field(description="Knowledge bases: files of `knowledge/` beside the flows.")
    tags: Tags = Field((), description="Only entries with one of these tags; all if left out.")
    answer: float | None = Field(
        None, ge=0, le=1, description="How sure the bot must be to answer (0.7)."
    )
    margin: float | None = Field(
        None,
        ge=0,
        le=1,
        description="How far the next answer must lie below; else the two are asked for (0.15).",
    )
    clarify: float | None = Field(
        None,
        ge=0,
        le=1,
        description="From here it is asked back whether it was meant; below, nothing was (0.3).",
    )
    tag_call: bool = Field(False, description="Whether the entry's tags are written to the call.")

    def scope(self, flow: Flow) -> KnowledgeScope | None:
        """What may be answered; None where none of the bases is known."""
        bases = tuple(flow.bases[name] for name in self.base if name in flow.bases)
        if not bases:
            return None
        return KnowledgeScope(bases, frozenset(self.tags), self._levels(flow.settings.answers))

    def _levels(self, usual: AnswerLevels) -> AnswerLevels:
        answer = usual.answer if self.answer is None else self.answer
        margin = usual.margin if self.margin is None else self.margin
        clarify = usual.clarify if self.clarify is None else self.clarify
        return AnswerLevels(answer, margin, min(answer, clarify))


def _from_name(value: object) -> object:
    return {"base": value} if isinstance(value, str | list) else value


Knowing = Annotated[
    KnowledgeModel,
    BeforeValidator(_from_name, json_schema_input_type=str | list[str] | KnowledgeModel),
]
"""A name, several, or all properties."""

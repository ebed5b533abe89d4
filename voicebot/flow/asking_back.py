"""What callers may answer when something is asked back: yes or no, one of two, something else.

Did you say the twenty-second?         yes · no · no, the twenty-third · 1 · 2
Did you mean fifteen, or fifty?        fifteen · the first one · neither · 1 · 2
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum

from voicebot.core.meaning import (
    Choice,
    Expectation,
    Interpretation,
    Match,
    SlotSpec,
    SlotType,
    SlotValue,
)
from voicebot.core.phrases import parse_phrase
from voicebot.core.turn import KeySpec
from voicebot.flow.values import Value, written
from voicebot.flow.visit import Proposal
from voicebot.flow.wording import WHICH_PHRASES

ANSWER = "answer"
"""The slot of a yes/no question that the engine puts."""
YES, NO = "1", "2"
"""Keys; of two that are asked for, the first and the second."""
_PREFIX = "which."
"""Of the names of built-in choices: no flow has a name with a dot."""
FREE_TYPES = frozenset(
    (
        *(SlotType.DATE, SlotType.TIME, SlotType.DATETIME, SlotType.DURATION),
        *(SlotType.NUMBER, SlotType.MONEY, SlotType.CHOICE),
    )
)
"""Slots that may be corrected, or told from their like, while a yes or no is asked for. Not digit
strings: their words are too like "no" to be listened for beside it."""


class Reply(StrEnum):
    """What became of it."""

    YES = "yes"
    NO = "no"
    SECOND = "second"
    """The other one of two."""
    CORRECTED = "corrected"
    """Neither; slots hold what was meant."""
    UNCLEAR = "unclear"


def expected(
    proposal: Proposal, choices: Iterable[Choice], slots: Iterable[SlotSpec], language: str
) -> Expectation:
    """What is listened for: `choices` are those that are asked for, of `slots` a value may be said
    in place of what was proposed."""
    corrections = tuple(replace(s, required=False) for s in slots if s.type in FREE_TYPES)
    answer = SlotSpec(ANSWER, SlotType.YES_NO)
    keys = KeySpec(options=(YES, NO))
    if proposal.other is None:
        return Expectation(slots=(answer, *corrections), keys=keys)
    which = WHICH_PHRASES.get(language, {})
    built_in = tuple(
        Choice(_PREFIX + name, tuple(map(parse_phrase, phrases))) for name, phrases in which.items()
    )
    return Expectation(choices=(*choices, *built_in), slots=(answer, *corrections), keys=keys)


def reply_to(proposal: Proposal, meaning: Interpretation) -> tuple[Reply, dict[str, SlotValue]]:
    """What the caller replied, and the slots that are other than proposed."""
    said = {name: value for name, value in meaning.slots.items() if name != ANSWER}
    answer = meaning.slots.get(ANSWER)
    says_no = answer is not None and answer.value == "no"
    if meaning.match is Match.CHOICE:
        return _chosen(proposal, meaning.choice), {}
    if _fits(proposal.slots, said) and not says_no:
        return Reply.YES, {}
    if proposal.other is not None and _fits(proposal.other.slots, said):
        return Reply.SECOND, {}
    others = {n: v for n, v in said.items() if written(v) != written(proposal.slots.get(n))}
    if others:
        return Reply.CORRECTED, others
    if answer is None or (proposal.other is not None and not says_no):
        return Reply.UNCLEAR, {}
    return (Reply.NO if says_no else Reply.YES), {}


def _chosen(proposal: Proposal, choice: str) -> Reply:
    other = proposal.other.name if proposal.other else ""
    if choice in (_PREFIX + "first", proposal.name):
        return Reply.YES
    if choice in (_PREFIX + "second", other):
        return Reply.SECOND
    return Reply.NO if choice == _PREFIX + "neither" else Reply.UNCLEAR


def _fits(proposed: Mapping[str, Value], said: Mapping[str, SlotValue]) -> bool:
    """Whether what was said is what was proposed, or a part of it."""
    return bool(said) and all(
        name in proposed and written(proposed[name]) == written(value)
        for name, value in said.items()
    )

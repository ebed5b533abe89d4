"""Guess first (未问先答): a menu opens with the likeliest reason, where it is likely enough.

    "Are you calling about your overdue bill?" ─┬─ yes ─────────────── taken
                                                ├─ no, silence ─────── the open question
                                                └─ "no, my card is lost" ─ goes straight there

A share of the callers may be left without the question (`control`): the journal has for both what
they came for and how long it took, so that hits and seconds can be compared.
"""

from __future__ import annotations

from collections.abc import Collection

from pydantic import Field

from voicebot.core.record import FactKind
from voicebot.flow.base import Name, Prompts, Strict
from voicebot.flow.expressions.functions.function import EvaluationError
from voicebot.flow.shares import percentile
from voicebot.flow.state import Guess
from voicebot.flow.subflows import Value
from voicebot.flow.walk import Walk


class GuessModel(Strict):
    """What a caller is asked for before the open question, on the first visit of a menu."""

    value: Value = Field(
        description="Gives the name of the choice that is likely, such as "
        '`if(overdue, "bill", null)`; null for none.'
    )
    likelihood: Value | None = Field(
        None, description="How likely it is, from 0 to 1; certain if left out."
    )
    at_least: float = Field(
        0.6, ge=0, le=1, description="Below this likelihood nothing is guessed."
    )
    prompt: Prompts = Field(
        (), description="The question; `{value}` is the choice's label. Built-in if left out."
    )
    prompts: dict[Name, Prompts] = Field({}, description="Questions of their own, by choice.")
    share: float = Field(
        100,
        ge=0,
        le=100,
        description="Percent of the callers that are asked, each always or never; the rest is the "
        "control group.",
    )


def guessed(walk: Walk, model: GuessModel, choices: Collection[str]) -> str:
    """The choice to ask for; empty where none is likely, or the caller is of the control group.
    What cannot be reckoned is noted, and no guess."""
    try:
        name, likelihood = _likely(walk, model)
    except EvaluationError as error:
        walk.note(FactKind.FAILED, what=f"guess of {walk.place}", error=str(error))
        return ""
    if not name or likelihood < model.at_least:
        return ""
    if name not in choices:
        error_text = "the value is none of the choices"
        walk.note(FactKind.FAILED, what=f"guess of {walk.place}", error=error_text)
        return ""
    state = walk.state
    is_asked = percentile(state.info, walk.flow.name, state.node, "guess") < model.share
    arm = "asked" if is_asked else "control"
    guess = Guess(walk.place, name, likelihood, arm, state.at_ms)
    walk.change(guess=guess)
    _note(walk, guess, "open", 0)
    return name if is_asked else ""


def _likely(walk: Walk, model: GuessModel) -> tuple[str, float]:
    value = walk.evaluate(model.value)
    if value is None:
        return "", 0.0
    likelihood = 1.0 if model.likelihood is None else walk.evaluate(model.likelihood)
    if isinstance(likelihood, bool):
        likelihood = float(likelihood)
    if not isinstance(value, str):
        raise EvaluationError("the guess is not the name of a choice")
    if likelihood is None:
        return value, 0.0
    if not isinstance(likelihood, int | float) or not 0 <= likelihood <= 1:
        raise EvaluationError("the likelihood of the guess is not between 0 and 1")
    return value, float(likelihood)


def end_guess(walk: Walk, outcome: str) -> None:
    """The caller has said what it is: `hit`, `miss`, or `left`."""
    guess = walk.state.guess
    if guess is not None:
        walk.change(guess=None)
        _note(walk, guess, outcome, walk.state.at_ms - guess.at_ms)


def _note(walk: Walk, guess: Guess, outcome: str, took_ms: int) -> None:
    walk.note(
        FactKind.GUESSED,
        node=guess.node,
        choice=guess.choice,
        likelihood=round(guess.likelihood, 3),
        arm=guess.arm,
        outcome=outcome,
        took_ms=took_ms,
    )

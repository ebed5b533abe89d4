"""Checks how callbacks are made: every mistake, with its line and what to do."""

from __future__ import annotations

from voicebot.config.toml_file import TomlFile, dotted
from voicebot.core.afterwards import CallbackPlan

MOST_RING_S = 90
"""A callback is taken for that of a dead node two minutes after it was last heard of."""
_LEAST = {"ring_s": 5, "attempts": 1, "retry_s": 1, "expires_s": 60, "at_once": 1}


def check_callbacks(file: TomlFile, plan: CallbackPlan) -> None:
    """Note every problem of `[callbacks]` with the file."""
    for name, least in _LEAST.items():
        if getattr(plan, name) < least:
            _note(file, name, "too little", f"the least is {least}")
    if plan.ring_s > MOST_RING_S:
        _note(file, "ring_s", "too much", f"the most is {MOST_RING_S}")
    if plan.cut_off_after_s < 0:
        _note(file, "cut_off_after_s", "below zero", "seconds; 0 is never")
    if not 0 <= plan.from_hour < plan.until_hour <= 24:
        hint = "hours from 0 to 24, `from_hour` before `until_hour`"
        _note(file, "from_hour", "the hours leave no time to call", hint)


def _note(file: TomlFile, name: str, message: str, hint: str) -> None:
    where = ("callbacks", name)
    file.note("bad-value", f"{dotted(where)}: {message}", where, hint)

"""Calls that a flow does not answer."""

from __future__ import annotations

import datetime
from dataclasses import replace

from voicebot.core.call import LegInfo
from voicebot.flow.engine import start
from voicebot.flow.expressions import EvaluationError
from voicebot.flow.flow import Flow
from voicebot.flow.model import Rejection
from voicebot.flow.walk import Walk


def rejection(flow: Flow, info: LegInfo, now: datetime.datetime) -> Rejection | None:
    """The first whose condition holds; one that has no value does not hold."""
    if not flow.file.before_answer.reject:
        return None
    walk = Walk(replace(start(flow, now=now), info=info))
    for candidate in flow.file.before_answer.reject:
        try:
            if walk.evaluate(candidate.condition):
                return candidate
        except EvaluationError:
            continue
    return None

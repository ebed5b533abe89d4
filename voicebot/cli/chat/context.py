"""What a conversation keeps from turn to turn, in words: the trace of `voicebot chat`.

· context  about bill (payee=water)  said early day=2026-11-24  waiting pay
"""

from __future__ import annotations

from collections.abc import Mapping

from voicebot.flow.flow import Flow
from voicebot.flow.state import FlowState
from voicebot.flow.values import Value, written


def context_of(state: FlowState) -> str:
    """One line; empty where nothing is kept. Nothing of it is secret."""
    topic = state.topic
    parts = []
    if topic is not None:
        parts.append(f"about {topic.choice}{_in_brackets(state.flow, topic.slots)}")
        parts += [f"taken back {name}={value}" for name, value in sorted(topic.denied)]
    if state.fresh:
        parts.append(f"said early {_values(state.flow, state.fresh)}")
    if state.visit.begun:
        parts.append(f"begun {_values(state.flow, state.visit.begun)}")
    if state.digressions:
        parts.append(f"waiting {', '.join(one.here.node for one in state.digressions)}")
    if state.guess is not None:
        parts.append(f"guess {state.guess.choice} ({state.guess.arm})")
    return "  ".join(parts)


def _in_brackets(flow: Flow, values: Mapping[str, Value]) -> str:
    return f" ({_values(flow, values)})" if values else ""


def _values(flow: Flow, values: Mapping[str, Value]) -> str:
    return " ".join(
        f"{name}={'***' if flow.is_secret(name) else written(value)}"
        for name, value in sorted(values.items())
    )

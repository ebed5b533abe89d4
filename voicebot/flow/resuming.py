"""Where a dialogue stands, as a record that another call can go on from.

A call that breaks off goes on at the node where it was, with what the caller had said by then. What
is secret is in no record: a call that holds some goes on from where it had none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from voicebot.core.meaning import SlotType, SlotValue
from voicebot.flow.state import FlowState, Waiting
from voicebot.flow.values import Value

_KEPT_AT = (Waiting.CALLER, Waiting.QUEUE)
"""To enter a node again that waits for these does nothing twice."""


def record_of(state: FlowState) -> dict[str, Any] | None:
    """The state after a step; None where the last record stays the right one."""
    if state.waiting not in _KEPT_AT:
        return None
    outer = state.frames[0] if state.frames else None
    node, values = (outer.node, outer.values) if outer else (state.node, state.values)
    flow = outer.flow if outer else state.flow
    if any(flow.is_secret(name) and value is not None for name, value in values.items()):
        return None
    return {
        "flow": flow.name,
        "version": flow.version,
        "language": state.language,
        "node": node,
        "values": {name: _written(value) for name, value in values.items()},
        "intent": state.intent,
    }


def resumed(state: FlowState, record: Mapping[str, Any]) -> FlowState | None:
    """A call's state before its first step, so that it goes on from a record. None where the flow
    is another one by now."""
    flow = state.flow
    if (flow.name, flow.version) != (record.get("flow"), record.get("version")):
        return None
    if record["node"] not in flow.nodes:
        return None
    values = {name: _read(value) for name, value in record["values"].items() if flow.has(name)}
    flow = flow.in_language(record["language"])
    return replace(
        state,
        flow=flow,
        language=record["language"],
        resumes_at=record["node"],
        values={**state.values, **values},
        intent=record["intent"],
    )


def _written(value: Value) -> Any:
    return {"slot": asdict(value)} if isinstance(value, SlotValue) else {"json": value}


def _read(written: Mapping[str, Any]) -> Value:
    if "slot" not in written:
        found: Value = written["json"]
        return found
    slot = written["slot"]
    return SlotValue(SlotType(slot["type"]), slot["value"], slot["raw"], slot["confidence"])

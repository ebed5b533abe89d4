"""Where a call begins that goes on with one that broke off, as the journal has it."""

from __future__ import annotations

from voicebot.core.call import CallId
from voicebot.core.record import FactKind
from voicebot.core.resuming import Unfinished
from voicebot.flow.flow import Flow
from voicebot.replay.assumed import Assumptions
from voicebot.replay.recorded import RecordedCall


def unfinished_of(call: RecordedCall, flow: Flow, assumed: Assumptions) -> Unfinished:
    """What the call went on from then, for the flow of now; nothing where it began anew."""
    fact = call.first(FactKind.CONTINUED)
    record = fact.data.get("record") if fact is not None else None
    if fact is None or not record:
        return Unfinished()
    node = str(record["node"])
    if record["flow"] != flow.name or node not in flow.nodes:
        assumed.note(f"the call went on at {node}, which {flow.name} has not: it begins anew")
        return Unfinished()
    if record["version"] != flow.version:
        assumed.note(f"the call goes on at {node} of another version of the flow")
    return Unfinished(CallId(str(fact.data["of"])), {**record, "version": flow.version})

"""What is said of callbacks while a node starts: who is called, or why nobody can be."""

from __future__ import annotations

from collections.abc import Iterable

from voicebot.core.afterwards import CallbackPlan
from voicebot.flow.flow import Flow
from voicebot.flow.kinds.callback import CallbackNode
from voicebot.sip.settings import SipSettings

NOT_THERE = "callers who want to be called back cannot be"


def callbacks_announced(flows: Iterable[Flow], plan: CallbackPlan, sip: SipSettings) -> str:
    """A line for the person at the terminal; empty where no flow offers callbacks."""
    offering = sorted(flow.name for flow in flows if _offers(flow))
    if not offering:
        return ""
    if not sip.destinations.numbers:
        remedy = "name those that may be called in sip.toml, `numbers` of [destinations]"
        return f"Note: {NOT_THERE} ({', '.join(offering)}): no number may be called; {remedy}"
    trunk = next((trunk.name for trunk in sip.trunks if trunk.outbound), None)
    if trunk is None:
        remedy = "name one in sip.toml under [[trunks]]"
        return f"Note: {NOT_THERE} ({', '.join(offering)}): no trunk takes calls out; {remedy}"
    if not plan.automatic:
        return "Callback by hand: .venv/bin/voicebot outbox callbacks"
    hours = f"from {plan.from_hour} to {plan.until_hour} o'clock"
    return f"Callback {hours}, by trunk {trunk}; [callbacks] in hotline.toml"


def _offers(flow: Flow) -> bool:
    return any(isinstance(node, CallbackNode) for node in flow.file.nodes.values())

"""A recorded call as a scenario: what the caller and the world did, masked.

    facts ─▶ setting and stimuli, masked ─▶ run in virtual time ─▶ what came, accepted

The scenario has no sound: what was recognized is what is said, as surely as then.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from voicebot.core.record import Fact, FactKind
from voicebot.flow.flow import Flow
from voicebot.replay.masking import CALLER, Mask
from voicebot.replay.recorded import RecordedCall

_SURE = 0.9
"""What was heard with more needs no line of its own: a scenario's caller is heard so."""
_REFUSED = {"busy": "busy", "rejected": "rejected", "unreachable": "unreachable"}


class NotPinned(Exception):
    """The call cannot become a test; says why."""


def mask_of(call: RecordedCall, flow: Flow) -> Mask:
    """The stand-ins for what is personal in a call."""
    return Mask(_words(call, flow))


def scenario_of(call: RecordedCall, flow: Flow, title: str) -> str:
    """The scenario, without what comes of it. Raises `NotPinned`."""
    if call.first(FactKind.ENDED) is None or not call.flow:
        raise NotPinned("the call has not been served to its end")
    mask = mask_of(call, flow)
    head = [f"# {title}", f"flow    {call.flow}", f"clock   {call.clock:%Y-%m-%d %H:%M}"]
    head += [*_customers(call, mask), *_continued(call, mask)]
    head += [*_requests(call, flow, mask), *_agents(call), *_readings(call, mask)]
    return "\n".join([*head, "", *_stimuli(call, mask)]) + "\n"


def _words(call: RecordedCall, flow: Flow) -> Iterator[str]:
    """What slots of type text took."""
    free = {name for name, spec in flow.file.slots.items() if spec.type == "text"}
    for fact in call.of(FactKind.UNDERSTOOD, FactKind.CARRIED, FactKind.CORRECTED):
        for name, value in (fact.data.get("slots") or {}).items():
            if name in free:
                yield str(value.get("value", "") if isinstance(value, Mapping) else value)
    for fact in call.of(FactKind.CONTINUED):
        for name, value in (fact.data.get("record") or {}).get("values", {}).items():
            if name in free and "slot" in value:
                yield str(value["slot"]["value"])


# ---------------------------------------------------------------- the setting


def _requests(call: RecordedCall, flow: Flow, mask: Mask) -> Iterator[str]:
    for fact in call.of(FactKind.REQUESTED):
        path = _path(flow, str(fact.data.get("node", "")))
        method, status = fact.data.get("method", "GET"), fact.data.get("status")
        if not status:
            end = "timeout" if "timeout" in str(fact.data.get("error")) else "down"
            yield f"http    {method} {path} → {end}"
            continue
        reply = json.dumps(mask.value(fact.data.get("reply")), ensure_ascii=False)
        yield f"http    {method} {path} → {status}" + (f" {reply}" if reply != "null" else "")


def _customers(call: RecordedCall, mask: Mask) -> Iterator[str]:
    """Who was known, without what is personal but decides nothing: name and notes."""
    for fact in call.of(FactKind.CUSTOMER):
        profile = dict(fact.data.get("profile") or {})
        key = CALLER if fact.data.get("by") == "caller" else mask.text(str(profile.get("id") or ""))
        if not key or not fact.data.get("found"):
            continue
        kept = {n: v for n, v in profile.items() if v and n not in ("numbers", "number", "notes")}
        if "name" in kept:
            kept["name"] = "Example"
        yield f"customer {key} {json.dumps(mask.value(kept), ensure_ascii=False)}"


def _continued(call: RecordedCall, mask: Mask) -> Iterator[str]:
    """Where it goes on, and with what."""
    for fact in call.of(FactKind.CONTINUED):
        record = fact.data.get("record")
        if not record:
            raise NotPinned("the state that the call went on from was not kept")
        values = {name: _plain(value) for name, value in record["values"].items()}
        kept = {"values": values, "intent": record["intent"], "language": record["language"]}
        text = json.dumps(mask.value(kept), ensure_ascii=False)
        yield f"continues {fact.data['node']} {text}"


def _plain(value: Mapping[str, Any]) -> Any:
    return value["slot"]["value"] if "slot" in value else value["json"]


def _path(flow: Flow, place: str) -> str:
    """Of a node's requests, with `*` for what the call put in."""
    name, _, node = place.rpartition("/")
    owner = flow.find(name) if name else flow
    url = str(getattr(owner.nodes.get(node), "url", "") if owner else "")
    if not url:
        raise NotPinned(f"the flow has no http node {place}")
    path = urlsplit(re.sub(r"\{[^}]*\}", "*", url)).path
    return path if path.startswith("/") else "/" + path


def _agents(call: RecordedCall) -> Iterator[str]:
    names = dict.fromkeys(str(f.data["agent"]) for f in call.of(FactKind.OFFERED))
    if names:
        yield f"agents  {' '.join(_agent(name, list(names)) for name in names)}"
    for fact in call.of(FactKind.TRANSFERRED):
        outcome = fact.data.get("outcome")
        if outcome in ("busy", "no_answer", "declined", "failed"):
            yield f"transfer  {outcome}"
            return


def _agent(name: str, names: list[str]) -> str:
    return f"agent{names.index(name) + 1}"


def _readings(call: RecordedCall, mask: Mask) -> Iterator[str]:
    """How words were heard that were not heard surely."""
    lines = []
    for fact in call.of(FactKind.HEARD):
        text, sure = mask.text(str(fact.data.get("text") or "")), fact.data.get("confidence") or 0
        if not text or (sure >= _SURE and not fact.data.get("hypotheses")):
            continue
        texts, levels = fact.data.get("hypotheses") or (), fact.data.get("confidences") or ()
        others = zip(texts, levels, strict=False)
        more = [(mask.text(str(other)), float(level)) for other, level in others]
        readings = [f'"{text}" {sure:.2f}', *(f'"{words}" {level:.2f}' for words, level in more)]
        lines.append(f'hears   "{text}" as {" or ".join(readings)}')
    yield from dict.fromkeys(lines)


# ---------------------------------------------------------------- what happens


def _stimuli(call: RecordedCall, mask: Mask) -> Iterator[str]:
    names = list(dict.fromkeys(str(f.data["agent"]) for f in call.of(FactKind.OFFERED)))
    yield f"  0.0  ring     {CALLER} → {call.flow}"
    for fact in call.facts:
        match fact.kind:
            case FactKind.HEARD:
                yield f'    ~  caller   "{mask.text(str(fact.data.get("text") or ""))}"'
            case FactKind.KEYED:
                yield f"    ~  keys     {_keys(fact, mask)}"
            case FactKind.TIMED_OUT:
                yield f"    ~  silence  no input, time {fact.data.get('count', 1)}"
            case FactKind.OFFER_ENDED if fact.data.get("outcome") in _REFUSED:
                agent = _agent(str(fact.data["agent"]), names)
                yield f"    ~  offer    {agent} {_REFUSED[str(fact.data['outcome'])]}"
            case FactKind.BRIDGED:
                yield f"    ~  agent    {_agent(str(fact.data['agent']), names)} answers"
            case FactKind.UNBRIDGED if fact.data.get("by") == "agent":
                agent = _agent(str(fact.data["agent"]), names)
                yield f"    ~  agent    {agent} leaves  ended by agent"
            case FactKind.ENDED if fact.data.get("by") == "caller":
                yield "    ~  hangup   caller"


def _keys(fact: Fact, mask: Mask) -> str:
    """Secret ones are not kept: ones stand in for them."""
    digits = str(fact.data.get("digits") or "1" * int(fact.data.get("count") or 1))
    return mask.digits(digits) + ("#" if fact.data.get("reason") == "terminator" else "")

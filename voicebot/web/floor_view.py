"""Queues, agents, waiting callers and talks at one moment, as supervisors see them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from voicebot.core.queueing import EntryState
from voicebot.core.transfers import TransferState
from voicebot.queueing.snapshot import Entry
from voicebot.session.directory import Directory
from voicebot.session.talk import Talk
from voicebot.web.agent_scope import in_scope
from voicebot.web.office import Office
from voicebot.web.security import Who
from voicebot.web.wait_errors import WaitErrors

_WAITS = (EntryState.WAITING, EntryState.OFFERED)


def floor_json(office: Office, asking: Who) -> dict[str, Any]:
    """All that somebody may see."""
    directory = office.directory
    queues = [q for q in directory.router.queues if not asking.queues or q in asking.queues]
    agents = [agent for agent in office.desk.agents() if in_scope(asking, agent)]
    return {
        "queues": [_queue(directory, office.wait_errors, queue) for queue in queues],
        "agents": [office.view(agent) for agent in agents],
        "waiting": [_entry(directory, e) for e in _entries(directory, queues)],
        "talks": [talk_json(t) for t in directory.talks.all() if t.queue in queues],
    }


def talk_json(talk: Talk) -> dict[str, Any]:
    """One talk."""
    handing = talk.handing
    return {
        "call": talk.context.id,
        "caller": talk.context.line.leg.info.caller,
        "agent": talk.agent,
        "queue": talk.queue,
        "talk_s": (talk.context.line.now_ms - talk.contact.began_ms) // 1000,
        "held": talk.contact.holds,
        "muted": talk.contact.muted,
        "transfer": None
        if handing is None
        else {
            "to": handing.known_as,
            "mode": handing.mode.value,
            "state": handing.state.value,
            "conference": handing.state is TransferState.ACCEPTED,
        },
        "supervisors": [
            {"name": one.name, "how": one.how.value, "present": one.present}
            for one in talk.supervisors
        ],
    }


def _entries(directory: Directory, queues: Iterable[str]) -> list[Entry]:
    wanted = set(queues)
    waiting = (e for e in directory.router.entries.values() if e.state in _WAITS)
    return sorted((e for e in waiting if e.queue in wanted), key=lambda e: e.joined_ms)


def _queue(directory: Directory, errors: WaitErrors, name: str) -> dict[str, Any]:
    status = directory.status(name)
    error = errors.of(name)
    closure = directory.router.closed.get(name)
    return {
        "name": name,
        "closed": closure is not None,
        "closed_by": None if closure is None else closure.by,
        "closed_s": None if closure is None else _seconds(directory.now_ms() - closure.since_ms),
        "waiting": status.waiting,
        "longest_wait_s": _seconds(status.longest_wait_ms),
        "expected_wait_s": _seconds(status.expected_wait_ms),
        "expected_wait_error_s": None if error is None else round(error.mean_ms / 1000),
        "expected_wait_error_of": 0 if error is None else error.count,
        "staffed": status.staffed,
        "available": status.available,
        "talking": sum(talk.queue == name for talk in directory.talks.all()),
    }


def _entry(directory: Directory, entry: Entry) -> dict[str, Any]:
    return {
        "call": entry.call or entry.id,
        "queue": entry.queue,
        "position": directory.router.position(entry.id),
        "state": entry.state.value,
        "waited_s": _seconds(entry.waited_ms(directory.now_ms())),
        "priority": entry.priority,
        "artificial_age_s": _seconds(entry.artificial_age_ms),
        "ringing": list(entry.ringing),
    }


def _seconds(ms: int | None) -> int | None:
    return None if ms is None else round(ms / 1000)

"""What every call has, whoever called whom: a line with a journal, a recording, and an end.

opened ─▶ answered (recorded from now on) ─▶ wound_up
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voicebot.core.call import CallEvent, CallId, CallState, EndedBy, Outcome
from voicebot.core.ports import Leg
from voicebot.core.record import FactKind
from voicebot.session.context import Context, Services
from voicebot.session.directory import Directory
from voicebot.session.journal import CallClock, Pen
from voicebot.session.line import Line
from voicebot.session.presses import Presses
from voicebot.session.speaker import Speaker
from voicebot.session.tape import Tape
from voicebot.session.tasks import Tasks


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ended, for its last fact."""

    by: EndedBy
    outcome: Outcome
    reason: str = ""


def opened(
    call: CallId, leg: Leg, services: Services, directory: Directory, tasks: Tasks
) -> Context:
    """All of one call; what happens on its line goes into its journal."""
    line = Line(leg)
    clock = CallClock(services.clock)
    pen = Pen(services.journal, call, now_ms=lambda: line.now_ms, clock=clock)
    line.on_hold = lambda on: pen.write(FactKind.HELD, on=on)
    line.on_keys_dropped = lambda drop: pen.write(
        FactKind.KEY_DROPPED, method=drop.method, reason=drop.reason, count=drop.count
    )
    speaker = Speaker(leg, services.voice, tasks, pen)
    presses = Presses(pen)
    context = Context(call, line, speaker, tasks, pen, services, directory, presses)
    line.on_time = presses.frame
    line.keys.on_taken = lambda press: presses.taken(press, secret=context.secret)
    return context


def answered(context: Context, served_by: Mapping[str, Any]) -> None:
    """Into the journal, with what serves the call, and recorded from now on."""
    services, leg = context.services, context.line.leg
    context.move(CallEvent.ANSWERED)
    name, recording = services.record(context.id, leg.rate)
    context.line.recording = Tape(recording)
    context.pen.write(
        FactKind.ANSWERED,
        **served_by,
        rate=leg.rate,
        clock=services.clock().astimezone(services.zone).isoformat(),
        zone=str(services.zone),
    )
    context.pen.write(FactKind.RECORDING, file=name, paused=False, failed="")


async def wound_up(context: Context, ending: Ending) -> None:
    """Hang up, and write what is left to be written."""
    line = context.line
    context.speaker.stop()
    await line.leg.hang_up()
    await line.drain()
    if line.recording is not None:
        line.recording.close()
        if failure := line.recording.failure:
            context.pen.write(FactKind.RECORDING, file="", paused=False, failed=failure)
    context.presses.flush()
    if context.state is not CallState.ENDED:
        context.move(CallEvent.ENDED)
    ended = line.ended
    context.pen.measured("caller", ended.sound if ended else None)
    context.pen.write(
        FactKind.ENDED,
        by=ending.by,
        outcome=ending.outcome,
        code=ended.code if ended else 0,
        node=context.node,
        reason=ending.reason,
    )

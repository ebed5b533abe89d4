"""A digression: the caller asks something else in the middle of a question, and comes back to it.

    "How much?" ── "when are you open?" ─▶ the command's nodes ─▶ resume ─▶ "Well then. How much?"
        └── kept: node, visit, values ────────────────────────────┘

What waits is bounded (`FlowSettings.max_digressions`), and forgotten as soon as the call comes to
a node that does not belong to the digression: the caller has other business then.
"""

from __future__ import annotations

from dataclasses import replace

from voicebot.core.record import FactKind
from voicebot.flow.state import FlowState, Frame, Interrupted
from voicebot.flow.walk import Walk


def interrupt(walk: Walk, command: str, floors: int) -> None:
    """Keep the present question, then leave for the flow that has the command."""
    walk.change(digressions=_waiting(walk.state, command, floors))
    for _ in range(floors):
        walk.leave_flow()


def _waiting(state: FlowState, command: str, floors: int) -> tuple[Interrupted, ...]:
    """The questions that wait from now on. A command within its own digression begins anew; at the
    limit the present question is left, and that before it is come back to."""
    known = state.digressions
    same = [at for at, waiting in enumerate(known) if waiting.command == command]
    if same:
        return known[: same[0] + 1]
    if len(known) < state.flow.settings.max_digressions:
        here = Frame(state.flow, state.node, state.values, state.visits, state.trail, state.loops)
        kept = Interrupted(command, floors, here, state.frames, state.visit, state.topic)
        return (*known, kept)
    *others, last = known
    depth = len(state.frames) - floors
    floors = max(0, len(last.frames) - depth)
    return (*others, replace(last, command=command, floors=floors))


def go_back(walk: Walk) -> bool:
    """Be at the question that was left last, as it was; False where none was."""
    if not walk.state.digressions:
        return False
    *others, last = walk.state.digressions
    here, state = last.here, walk.state
    answered = {n: here.values[n] for n in last.visit.settled if n in here.values}
    values = {**here.values, **(state.values if not last.floors else {}), **answered}
    walk.change(
        digressions=tuple(others),
        frames=_frames(last, state),
        flow=here.flow.in_language(state.language),
        node=here.node,
        values=values,
        visits=here.visits,
        trail=here.trail,
        loops=here.loops,
        topic=last.topic,
        visit=replace(last.visit, attempt=None),
        in_a_row=1,
    )
    walk.note(FactKind.MOVED, node=walk.place, via="resume")
    return True


def _frames(last: Interrupted, state: FlowState) -> tuple[Frame, ...]:
    """The flows that waited; the one that answered in between with the values that it has now."""
    frames = list(last.frames)
    if last.floors:
        at = len(frames) - last.floors
        frames[at] = replace(frames[at], values=state.values)
    return tuple(frames)


def stay_within(walk: Walk, node: str) -> None:
    """Forget the questions that wait where the call goes on to other business."""
    state = walk.state
    if not state.digressions:
        return
    last = state.digressions[-1]
    depth = len(last.frames) - last.floors
    is_deeper = len(state.frames) > depth
    is_part = len(state.frames) == depth and node in state.flow.reach.digression(last.command)
    if not is_deeper and not is_part:
        walk.change(digressions=())

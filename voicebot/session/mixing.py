"""Who hears whom in a talk; the conference bridge does the mixing, in C.

talk         caller ⇄ agent                      listen    talk ─▶ supervisor
briefing     agent ⇄ target, caller apart        whisper   … and supervisor ─▶ agent
conference   caller ⇄ agent ⇄ target ⇄ caller    barge     … and supervisor ─▶ all
muted        nobody hears the agent
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from voicebot.core.errors import CallError
from voicebot.core.ports import Leg
from voicebot.core.transfers import Supervision

Edge = tuple[Leg, Leg]
"""The first hears the second."""


def edges(
    groups: Collection[Collection[Leg]],
    supervisors: Mapping[Leg, Supervision],
    agent: Leg | None,
    muted: Collection[Leg] = (),
) -> frozenset[Edge]:
    """All who hear somebody: those of a group hear each other, supervisors hear all of them."""
    found = {(one, other) for group in groups for one in group for other in group}
    talking = list(dict.fromkeys(leg for group in groups for leg in group))
    for supervisor, how in supervisors.items():
        found |= {(supervisor, heard) for heard in talking}
        if how is Supervision.WHISPER and agent is not None:
            found.add((agent, supervisor))
        elif how in (Supervision.BARGE, Supervision.TAKE_OVER):
            others = (*talking, *supervisors)
            found |= {(hearer, supervisor) for hearer in others if hearer is not supervisor}
    return frozenset(
        (hearer, heard) for hearer, heard in found if hearer is not heard and heard not in muted
    )


class Mixer:
    """Brings about what is wanted; what is there already stays as it is."""

    def __init__(self) -> None:
        self._now: frozenset[Edge] = frozenset()

    async def mix(self, wanted: frozenset[Edge]) -> None:
        """Nobody hears for a moment what is not meant for them: first apart, then together. Raises
        `CallError` where a leg is gone; the others hear each other as far as they can."""
        apart, together = self._now - wanted, wanted - self._now
        self._now = wanted
        for hearer, heard in apart:
            await hearer.hear(heard, on=False)
        error: CallError | None = None
        for hearer, heard in together:
            try:
                await hearer.hear(heard, on=True)
            except CallError as gone:
                error = gone
        if error is not None:
            raise error

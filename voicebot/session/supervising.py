"""A supervisor's part in a talk: silent, whispering, among the others, in the agent's place."""

from __future__ import annotations

from collections.abc import Collection

from voicebot.core.queueing import OfferOutcome
from voicebot.core.record import FactKind
from voicebot.core.transfers import Supervision
from voicebot.session.context import Context
from voicebot.session.dialed_leg import outcome_at
from voicebot.session.far_end import FarEnd, take_keys

KEYS = {
    "4": Supervision.LISTEN,
    "5": Supervision.WHISPER,
    "6": Supervision.BARGE,
    "7": Supervision.TAKE_OVER,
}
"""What a supervisor presses during the talk; the first three as Asterisk's ChanSpy has them."""


class Supervising:
    """One supervisor, from the first ring of their phone to the end."""

    def __init__(
        self,
        context: Context,
        name: str,
        far_end: FarEnd,
        how: Supervision,
        may: Collection[Supervision],
    ) -> None:
        self.name, self.far_end, self.how = name, far_end, how
        self.may = frozenset(may)
        self.present = False
        """The phone is answered: the supervisor hears the talk."""
        self._context = context

    def advance(self, agent: str) -> bool:
        """Go on as far as that is possible now; False where the supervisor is out."""
        if self.far_end.ended or self._nobody_answers():
            self.leave(agent)
            return False
        if not self.present and self._is_answered():
            self.present = True
            self.note(agent, on=True)
        for key in take_keys(self.far_end) if self.present else "":
            self.switch(KEYS.get(key), agent)
        return True

    def switch(self, how: Supervision | None, agent: str) -> bool:
        """Take part otherwise, where that is allowed; True for a change."""
        if how is None or how is self.how or how not in self.may:
            return False
        self.how = how
        if self.present:
            self.note(agent, on=True)
        return True

    def leave(self, agent: str) -> None:
        """Into the journal, where the supervisor took part at all."""
        if self.present:
            self.note(agent, on=False)
        self.present = False

    def note(self, agent: str, *, on: bool) -> None:
        """Into the journal: nobody listens without a trace."""
        self._context.pen.write(
            FactKind.SUPERVISED, supervisor=self.name, how=self.how, agent=agent, on=on
        )

    def _outcome(self) -> OfferOutcome | None:
        return outcome_at(self.far_end, self._context.line.now_ms)

    def _is_answered(self) -> bool:
        return self._outcome() is OfferOutcome.ANSWERED

    def _nobody_answers(self) -> bool:
        return self._outcome() not in (None, OfferOutcome.ANSWERED)

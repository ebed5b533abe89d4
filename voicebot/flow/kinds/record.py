"""record: the caller leaves a message.

greeting ─ beep ─ message ─┬─ nothing, too little ── its branch
                           └─ kept ─┬────────────────────────────▶ recorded
                                    └─ review: keep, hear, again ─┘
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from pydantic import Field

from voicebot.core.afterwards import RecordOutcome
from voicebot.core.meaning import Choice, Expectation, Interpretation, Match
from voicebot.core.phrases import parse_phrase
from voicebot.core.turn import BargeIn, KeySpec
from voicebot.flow.actions import PlayBack, Record
from voicebot.flow.base import DurationMs, Name, NodeName, Prompts, Strict
from voicebot.flow.events import CallerGone, EngineFailed, Event, Recorded, Waited
from voicebot.flow.flow import Flow
from voicebot.flow.listening import Listening
from voicebot.flow.state import Waiting
from voicebot.flow.visit import Proposal, Visit
from voicebot.flow.walk import Walk
from voicebot.flow.wording import REVIEW_PHRASES

_KEYS = {"1": "keep", "2": "listen", "3": "again"}


class RecordOutcomes(Strict):
    """Where the call goes, by what came of the message."""

    recorded: NodeName = Field(
        description="There is a message. Taken, too, when the caller hung up after it: what needs "
        "nobody on the line (notify, http, set, branch) is still done."
    )
    empty: NodeName = Field(description="Nothing was said.")
    too_short: NodeName | None = Field(
        None, description="Less was said than `min`; the same as empty if left out."
    )

    def of(self, outcome: RecordOutcome) -> str:
        """The node for an outcome."""
        return getattr(self, outcome) or self.empty


class RecordNode(Listening):
    """The caller leaves a message, which is kept in a file of its own.

    It ends by silence, by a key, at its greatest length, or when the caller hangs up. What is asked
    and listened for (`no_input`, `no_match`, `help`) belongs to the review.
    """

    kind: Literal["record"]
    mailbox: Name = Field("messages", description="Whose message it is, for reports.")
    beep: bool = Field(True, description="Whether a tone tells the caller to speak.")
    max: DurationMs = Field(120_000, ge=1_000, le=600_000, description="The longest message (2m).")
    min: DurationMs = Field(1_000, description="Less speech than this is too short (1s).")
    no_speech: DurationMs = Field(
        6_000, ge=1_000, description="Silence after the tone that ends it (6s)."
    )
    silence: DurationMs = Field(
        3_000, ge=500, description="Silence after speech that ends it (3s)."
    )
    terminators: str = Field(
        "#", pattern=r"^[0-9*#]*$", description="Keys that end it; empty for none."
    )
    review: bool = Field(
        False, description="True: the caller may hear the message and record it again."
    )
    review_prompt: Prompts = Field(
        (), description="What the caller may do with it; a built-in one if left out."
    )
    save: Name | None = Field(
        None, description="The name that keeps the message's file, for `notify` and reports."
    )
    outcomes: RecordOutcomes = Field(description="Where the call goes.")

    def gives(self) -> Mapping[str, Collection[str]]:
        """The file."""
        return {"recorded": (self.save,)} if self.save else {}

    def enter(self, walk: Walk) -> None:
        """Greet, and record."""
        walk.say(self.prompt, BargeIn.NONE)
        self._record(walk)

    def _record(self, walk: Walk) -> None:
        walk.wait(
            Record(
                self.mailbox,
                self.beep,
                max_ms=self.max,
                min_ms=self.min,
                no_speech_ms=self.no_speech,
                silence_ms=self.silence,
                keys=self.terminators,
                replaces=self._file(walk.visit),
            )
        )

    def outlives_caller(self, visit: Visit) -> bool:
        """A message is there: it is passed on though the caller hung up."""
        return bool(self._file(visit))

    @staticmethod
    def _file(visit: Visit) -> str:
        return str(visit.memo.get("file", ""))

    def take(self, walk: Walk, event: Event) -> None:
        """The message is there, or what the caller wants done with it."""
        match event:
            case Recorded():
                self._recorded(walk, event)
            case Waited():
                self.put(walk)
            case CallerGone():
                self._leave(walk)
            case EngineFailed() if walk.state.waiting is Waiting.MESSAGE:
                walk.fail("the message could not be kept")
            case EngineFailed() if walk.state.waiting is Waiting.PAUSE:
                self.put(walk)
            case _:
                super().take(walk, event)

    def _recorded(self, walk: Walk, event: Recorded) -> None:
        if event.outcome is RecordOutcome.RECORDED:
            walk.revisit(memo={"file": event.file})
        if not self._file(walk.visit):
            walk.go(self.outcomes.of(event.outcome), str(event.outcome))
        elif self.review and not event.gone:
            self.put(walk)
        else:
            self._leave(walk)

    def _leave(self, walk: Walk) -> None:
        if self.save:
            walk.keep({self.save: self._file(walk.visit)})
        walk.change(errors=0)
        walk.go(self.outcomes.recorded, "recorded")

    # ------------------------------------------------------------ review

    def question(self, walk: Walk) -> tuple[str, ...]:
        """What may be done with the message."""
        return self.review_prompt or ("record_review",)

    def wanted(self, flow: Flow, visit: Visit) -> Expectation:
        """Keep, listen, again."""
        phrases = REVIEW_PHRASES.get(flow.language, REVIEW_PHRASES["en"])
        choices = tuple(
            Choice(name, tuple(map(parse_phrase, said))) for name, said in phrases.items()
        )
        return Expectation(choices=choices, keys=KeySpec(options=tuple(_KEYS)))

    def expectations(self, flow: Flow) -> Iterable[Expectation]:
        """Only with a review."""
        return super().expectations(flow) if self.review else ()

    def meant(self, walk: Walk, interpretation: Interpretation) -> None:
        """A wish, taken or asked back."""
        if interpretation.match is not Match.CHOICE:
            self.not_understood(walk, interpretation.text)
        elif interpretation.confidence >= self.bands(walk.flow)[0]:
            self._obey_review(walk, interpretation.choice)
        else:
            proposal = Proposal("choice", interpretation.choice, interpretation.confidence)
            self.propose(walk, proposal, ("did_you_mean",), interpretation.text)

    def keyed(self, walk: Walk, digits: str) -> bool:
        """A wish by its key."""
        if digits not in _KEYS:
            return False
        self._obey_review(walk, _KEYS[digits])
        return True

    def accepted(self, walk: Walk, proposal: Proposal) -> None:
        """It was that."""
        self._obey_review(walk, proposal.name)

    def denied(self, walk: Walk, proposal: Proposal) -> None:
        """It was not."""
        self.retry(walk)

    def given_up(self, walk: Walk, via: str) -> None:
        """Who says nothing more keeps the message."""
        self._leave(walk)

    def _obey_review(self, walk: Walk, choice: str) -> None:
        walk.note_understood(Match.CHOICE, 1.0, choice=choice)
        match choice:
            case "listen":
                walk.wait(PlayBack(self._file(walk.visit)))
            case "again":
                walk.say(["record_again"], BargeIn.NONE)
                self._record(walk)
            case _:
                self._leave(walk)

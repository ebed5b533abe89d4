"""Answers from a knowledge base: what menu and answer have in common.

a question ─┬─ sure ──────── said, then asked on
            ├─ two, or not sure ── "did you mean A, or B?" ─▶ said
            └─ nothing ─────────── not understood
"That's not what I asked" right after an answer is noted, and the entry not offered again.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import replace

from pydantic import Field

from voicebot.core.knowledge import Entry, Finding, Knowledge, KnowledgeScope, Verdict, lead_of
from voicebot.core.meaning import Choice, Expectation, Interpretation, Match
from voicebot.core.phrases import Words
from voicebot.core.record import FactKind
from voicebot.flow.flow import Flow
from voicebot.flow.knowledge.property import Knowing
from voicebot.flow.knowledge.wording import DENY, choices
from voicebot.flow.listening import Listening
from voicebot.flow.visit import Proposal, Visit
from voicebot.flow.walk import Walk

ENTRY = "entry"
"""The kind of a proposal: `BASE/ID` is meant."""
_TOLD = "told"
"""Memo: the entry of the last answer, until the caller says something else."""


class Answering(Listening):
    """A node whose callers may ask what a knowledge base has."""

    knowledge: Knowing | None = Field(
        None,
        description="Knowledge bases whose questions are answered here: a name, or more. Then the "
        "node's own question is put again.",
    )

    @abstractmethod
    def after_answer(self, walk: Walk) -> None:
        """An answer was said."""

    @abstractmethod
    def not_answered(self, walk: Walk, text: str) -> None:
        """Nothing fits the question."""

    # ------------------------------------------------------------ what is expected

    def _expectation(self, flow: Flow, visit: Visit, language: str) -> Expectation:
        wanted = super()._expectation(flow, visit, language)
        if self.knowledge is None or visit.proposal is not None or wanted.secret:
            return wanted
        denial = choices(wanted.language, DENY) if _TOLD in visit.memo else ()
        return replace(wanted, knowledge=self._scope(flow), choices=(*wanted.choices, *denial))

    def alternatives(self, proposal: Proposal) -> tuple[Choice, ...]:
        """The entries that the caller is asked for."""
        return proposal.choices

    # ------------------------------------------------------------ answers

    def _understood(self, walk: Walk, meaning: Interpretation) -> None:
        if self.knowledge is None or walk.visit.proposal is not None:
            super()._understood(walk, meaning)
        elif meaning.match is Match.ANSWER:
            self.found(walk, meaning.findings, meaning.text)
        elif meaning.match is Match.CHOICE and meaning.choice == DENY:
            self._denied_answer(walk, meaning)
        else:
            self._forget_told(walk)
            super()._understood(walk, meaning)

    def found(self, walk: Walk, findings: tuple[Finding, ...], text: str) -> None:
        """Answer, ask back, or say that there is nothing."""
        scope = self._scope(walk.flow)
        open_ = self._open(walk, findings, scope) if scope is not None else ()
        verdict = scope.verdict(open_) if scope is not None else Verdict.NOTHING
        self._forget_told(walk)
        if verdict is Verdict.NOTHING or scope is None:
            self.not_answered(walk, text)
        elif verdict is Verdict.ANSWER:
            self._tell(walk, scope, open_[0], lead_of(open_), "asked")
        else:
            self._clarify(walk, scope, open_)

    def _scope(self, flow: Flow) -> KnowledgeScope | None:
        return self.knowledge.scope(flow) if self.knowledge is not None else None

    def _open(
        self, walk: Walk, findings: Iterable[Finding], scope: KnowledgeScope
    ) -> tuple[Finding, ...]:
        """Those that hold today and were not denied."""
        return tuple(
            one
            for one in findings
            if (ENTRY, _name(one)) not in walk.visit.denied
            and (known := scope.find(one.base, one.entry)) is not None
            and scope.allows(known[1], walk.state.today)
            and known[1].speaks(walk.state.language)
        )

    def _clarify(self, walk: Walk, scope: KnowledgeScope, found: tuple[Finding, ...]) -> None:
        level, best = scope.levels, found[0]
        second = found[1] if len(found) > 1 else None
        is_close = second is not None and second.score >= min(level.clarify, best.score / 2)
        asked = [one for one in (best, second if is_close else None) if one is not None]
        entries = [_known(scope, one)[1] for one in asked]
        language = walk.state.language
        labels = [entry.label(language) for entry in entries]
        words = tuple(
            _choice(one, entry, language) for one, entry in zip(asked, entries, strict=True)
        )
        other = Proposal(ENTRY, _name(asked[1]), asked[1].score) if len(asked) > 1 else None
        proposal = Proposal(ENTRY, _name(best), best.score, other=other, choices=words)
        prompt = "is_it_question" if other is None else "which_question"
        self.propose(walk, proposal, (prompt,), labels[0], labels[1] if other else None)

    def answer_accepted(self, walk: Walk, proposal: Proposal) -> bool:
        """Answer the question that was asked back; False where something else was."""
        scope = self._scope(walk.flow)
        if proposal.kind != ENTRY or scope is None:
            return False
        base, _, entry = proposal.name.partition("/")
        self._tell(walk, scope, Finding(base, entry, proposal.confidence), 0.0, "clarified")
        return True

    def _tell(
        self, walk: Walk, scope: KnowledgeScope, found: Finding, lead: float, via: str
    ) -> None:
        base, entry = _known(scope, found)
        walk.note_understood(Match.ANSWER, found.score, choice=_name(found))
        data = _data(walk, base, entry)
        walk.note(
            FactKind.ANSWERED_FROM,
            **data,
            score=round(found.score, 3),
            margin=round(lead, 3),
            via=via,
        )
        assert self.knowledge is not None
        for tag in entry.tags if self.knowledge.tag_call else ():
            walk.note(FactKind.TAGGED, tag=tag)
        text = entry.answers[walk.state.language]
        walk.say_prompts((walk.worded(base.recording(entry), text),), self.barge_in)
        memo = {**walk.visit.memo, _TOLD: data, "answers": _answers(walk) + 1, "via": via}
        walk.revisit(memo=memo, no_inputs=0, no_matches=0, proposal=None)
        walk.change(errors=0)
        self.after_answer(walk)

    def _denied_answer(self, walk: Walk, meaning: Interpretation) -> None:
        """The caller says that it was no answer."""
        told = walk.visit.memo.get(_TOLD)
        if told is None:
            self.not_understood(walk, meaning.text)
            return
        walk.note_understood(Match.CHOICE, meaning.confidence, choice=DENY)
        walk.note(FactKind.ANSWER_DENIED, **told)
        walk.deny([(ENTRY, f"{told['base']}/{told['entry']}")])
        memo = {**walk.visit.memo, "answers": max(0, _answers(walk) - 1)}
        walk.revisit(memo=memo)
        self._forget_told(walk)
        walk.say(["not_that_answer"], self.barge_in)
        self.listen(walk)

    def _forget_told(self, walk: Walk) -> None:
        if _TOLD in walk.visit.memo:
            memo = {name: value for name, value in walk.visit.memo.items() if name != _TOLD}
            walk.revisit(memo=memo)


def _answers(walk: Walk) -> int:
    return int(walk.visit.memo.get("answers", 0))


def _name(found: Finding) -> str:
    return f"{found.base}/{found.entry}"


def _known(scope: KnowledgeScope, found: Finding) -> tuple[Knowledge, Entry]:
    known = scope.find(found.base, found.entry)
    assert known is not None, "what was found is of the scope"
    return known


def _choice(found: Finding, entry: Entry, language: str) -> Choice:
    texts = (*entry.questions[language], entry.label(language))
    return Choice(_name(found), tuple(map(Words, texts)), entry.label(language))


def _data(walk: Walk, base: Knowledge, entry: Entry) -> dict[str, str | int]:
    return {"node": walk.place, "base": base.name, "entry": entry.id, "version": entry.version}

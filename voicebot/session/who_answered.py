"""Who took a call of ours: greeted at once, listened to meanwhile, and asked where in doubt.

greeting ─▶ a person, by what was heard ─────────────▶ person
    └─ a machine, a beep, or silence ─▶ "press one, or say yes"
          ├─ a key; a short word, then silence ──────▶ person
          └─ nothing, and a beep; nothing, twice ────▶ machine

A line may beep where a person is, too: nobody is given up who was not asked.
"""

from __future__ import annotations

from voicebot.audio.beep import BeepDetector
from voicebot.core.afterwards import AskWhoAnswers, CallbackPlan
from voicebot.core.audio import FRAME_MS
from voicebot.core.prompt import Prompt
from voicebot.core.record import FactKind
from voicebot.core.turn import BargeIn
from voicebot.prompts.callback_phrases import ASK, phrase
from voicebot.session.context import Context
from voicebot.turns.answering_machine import AnswerDetector, Answerer, AnswerSettings, Reason
from voicebot.turns.floor import FloorEvent

TIMES = 2
"""The question is put so often."""
_ANSWER = AnswerSettings(initial_silence_ms=4_000, total_ms=8_000)
"""An answer is waited for so long, and heard to its end."""
PAUSE_MS = 300
"""Silence before a word that counts as an answer: else it is a greeting that goes on."""
MESSAGE_MS = 20_000
"""A machine's greeting is waited for so long before the message is said."""
MESSAGE_PAUSE_MS = 1_500
"""It is over after so much silence, or a beep."""


class WhoAnswered:
    """For one call, from the answer on. Every method raises `LegGone`."""

    def __init__(self, context: Context, plan: CallbackPlan, language: str) -> None:
        self._context, self._plan, self._language = context, plan, language
        self._first = AnswerDetector()
        self._beep = BeepDetector()
        self._beeps = self._beeped = self._keyed = False
        """A beep sounds now; one has sounded; a key was pressed."""
        self._silent_ms = 0

    async def is_person(self, greeting: Prompt) -> bool:
        """Greet, and find out. What was found is in the journal."""
        person, by = await self._found(greeting)
        verdict = self._first.verdict
        self._context.pen.write(
            FactKind.ANSWERED_BY,
            who="person" if person else "machine",
            by=by,
            heard=str(verdict.who) if verdict else "",
            reason=str(verdict.reason) if verdict else "",
        )
        return person

    async def leave_message(self, text: str) -> None:
        """Say it to a machine, once it records."""
        waited_ms = 0
        while not self._beeped and self._silent_ms < MESSAGE_PAUSE_MS and waited_ms < MESSAGE_MS:
            await self._frame()
            waited_ms += FRAME_MS
        await self._say(Prompt((text,), self._language, id="callback/message"), to_the_end=True)

    async def _found(self, greeting: Prompt) -> tuple[bool, str]:
        """Whether it is a person, and by what."""
        await self._say(greeting)
        person = await self._by_greeting()
        if person is not None:
            return person, "greeting"
        if self._beeped and self._plan.ask is AskWhoAnswers.NEVER:
            return self._keyed, "key" if self._keyed else "beep"
        for _ in range(TIMES):
            if self._keyed or await self._asked():
                return True, "key" if self._keyed else "word"
            if self._beeped:
                return False, "beep"
        return False, "no_answer"

    async def _by_greeting(self) -> bool | None:
        """Whether it is a person, by how the call was answered; None: it is to be asked for."""
        ask = self._plan.ask
        if ask is AskWhoAnswers.ALWAYS:
            return None
        while self._first.verdict is None and not self._keyed and not self._beeped:
            await self._frame()
        if self._keyed or self._beeped:
            return None
        verdict = self._first.verdict
        who = verdict.who if verdict is not None else Answerer.UNSURE
        if who is Answerer.PERSON:
            return True
        return who is Answerer.UNSURE if ask is AskWhoAnswers.NEVER else None

    async def _asked(self) -> bool:
        """Whether that brought an answer. A beep is none; there may be one after it."""
        await self._say(phrase(ASK, self._language))
        answer: AnswerDetector | None = None
        waited_ms = 0
        while not self._keyed and waited_ms < _ANSWER.initial_silence_ms + _ANSWER.total_ms:
            talks = await self._frame()
            waited_ms += FRAME_MS
            if self._beeps:
                answer = None
            elif answer is not None:
                if verdict := answer.feed(talks=talks):
                    return verdict.reason is Reason.SHORT_GREETING
            elif self._silent_ms >= PAUSE_MS:
                answer = AnswerDetector(_ANSWER)
            elif waited_ms >= _ANSWER.initial_silence_ms and not self._beeped:
                return False
        return self._keyed

    async def _say(self, prompt: Prompt, *, to_the_end: bool = False) -> None:
        """Until it is said; a key cuts it short."""
        speaker = self._context.speaker
        self._context.hand_on(FloorEvent.PROMPT_STARTED)
        speaker.start([(prompt, BargeIn.NONE)])
        while speaker.speaking and (to_the_end or not self._keyed):
            await self._frame()
        speaker.stop()
        self._context.hand_on(FloorEvent.WAITING)

    async def _frame(self) -> bool:
        """20 ms more; whether there is talk in them."""
        context = self._context
        frame = await context.line.frame()
        talks = (await context.voicing(frame)).voiced
        self._silent_ms = 0 if talks else self._silent_ms + FRAME_MS
        self._first.feed(talks=talks)
        self._beeps = self._beep.feed(frame.heard)
        self._beeped = self._beeped or self._beeps
        while context.line.keys.take():
            self._keyed = True
        return talks

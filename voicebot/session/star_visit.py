"""The call of somebody's phone to a star code, once it is answered: what is said, what is keyed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from voicebot.core.errors import EngineError
from voicebot.core.ports import Leg, Voice
from voicebot.core.prompt import Prompt
from voicebot.core.queueing import AgentSpec
from voicebot.prompts.agent_phrases import agent_prompt
from voicebot.session.line import Line
from voicebot.session.tasks import Tasks

FIRST_SOUND_S = 2.0
"""A synthesizer that is silent longer is given up."""
KEYS_MS = 10_000
"""How long is waited for the first key, and for each one after it."""


class Visit:
    """One such call. Every wait raises `LegGone` when the phone hangs up."""

    def __init__(self, leg: Leg, voice: Voice, tasks: Tasks, language: str) -> None:
        self.leg, self.line = leg, Line(leg)
        self.tasks = tasks
        self.language = language
        """In which it is spoken."""
        self.agent = AgentSpec("", "", ())
        """Who called; known once it is clear who that is."""
        self.argument = ""
        """What followed the code."""
        self._voice = voice

    async def say(self, *phrases: str) -> None:
        """Say phrases of `agent_phrases`, to their end."""
        await self.speak([agent_prompt(phrase, self.language) for phrase in phrases])

    async def speak(self, prompts: Sequence[Prompt]) -> None:
        """Say prompts, to their end."""
        speaking = self.tasks.start(self._play(prompts), "star code")
        while not speaking.done or self.leg.pending_ms:
            await self.line.frame()

    async def keyed(self, phrase: str, most: int) -> str:
        """Ask, and take digits up to the pound key; keys end the question. Empty where there came
        none in time."""
        asking = self.tasks.start(self._play([agent_prompt(phrase, self.language)]), "star code")
        digits, until_ms = "", 0
        while len(digits) < most:
            await self.line.frame()
            if not until_ms and asking.done and not self.leg.pending_ms:
                until_ms = self.line.now_ms + KEYS_MS
            press = self.line.keys.take()
            if press is not None:
                asking.cancel()
                self.leg.flush()
                if not press.key.isdecimal():
                    break
                digits, until_ms = digits + press.key, self.line.now_ms + KEYS_MS
            elif until_ms and self.line.now_ms >= until_ms:
                break
        return digits

    async def _play(self, prompts: Sequence[Prompt]) -> None:
        for prompt in prompts:
            try:
                await self._play_one(prompt)
            except EngineError:
                self.leg.play(self._voice.fallback(prompt.language, self.leg.rate))
                return

    async def _play_one(self, prompt: Prompt) -> None:
        try:
            async with asyncio.timeout(FIRST_SOUND_S) as limit:
                async for pcm in self._voice.speak(prompt, self.leg.rate):
                    limit.reschedule(None)
                    self.leg.play(pcm)
        except TimeoutError:
            raise EngineError("speech synthesis is too slow") from None

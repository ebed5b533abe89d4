"""Prompts in one step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from voicebot.core.meaning import SlotValue
from voicebot.core.prompt import Prompt
from voicebot.core.turn import BargeIn
from voicebot.flow.actions import Say
from voicebot.flow.templates import parse_template
from voicebot.flow.values import Value, spoken
from voicebot.flow.walk.valuing import Valuing


class Saying(Valuing):
    """Says prompts, with the values of the call."""

    def prompt(self, ref: str, values: Mapping[str, Value] | None = None) -> Prompt:
        """A prompt with its values; `values` win over those of the call."""
        fixed = self._fixed(ref)
        return fixed or self.worded(*self.flow.texts.text(ref, self._turn(ref)), values)

    def spare(self, ref: str) -> Prompt:
        """A prompt that may never be said: the first of its wordings, and not counted."""
        return self._fixed(ref) or self.worded(*self.flow.texts.text(ref))

    def _fixed(self, ref: str) -> Prompt | None:
        fixed = self.flow.texts.fixed_prompt(ref)
        return fixed if fixed and fixed.language == self.state.language else None

    def worded(
        self, prompt_id: str, text: str, values: Mapping[str, Value] | None = None
    ) -> Prompt:
        """A text with its values."""
        parts: list[str | SlotValue] = []
        secret = False
        for part in parse_template(text):
            if isinstance(part, str):
                parts.append(part)
                continue
            is_given = values is not None and part.name in values
            value = values[part.name] if is_given and values else self.lookup(part.name)
            value = self.flow.labeled(part.name, value)
            secret = secret or self.flow.is_secret(part.name)
            parts.append(spoken(value, part.type, self.flow.file.currency))
        said = tuple([p for p in parts if p != ""])  # A list is quicker than a generator here.
        return Prompt(said, self.state.language, prompt_id, secret)

    def _turn(self, ref: str) -> int:
        """How often a prompt was said; counted for those of several wordings only."""
        if len(self.flow.texts.wordings(ref)) == 1:
            return 0
        turn = self.state.turns.get(ref, 0)
        self.change(turns={**self.state.turns, ref: turn + 1})
        return turn

    def say(
        self,
        refs: Iterable[str],
        barge_in: BargeIn | None = None,
        values: Mapping[str, Value] | None = None,
    ) -> None:
        """Say prompts, by id or text."""
        self.say_prompts(tuple([self.prompt(ref, values) for ref in refs]), barge_in)

    def say_prompts(self, prompts: tuple[Prompt, ...], barge_in: BargeIn | None = None) -> None:
        """Say ready prompts."""
        if not prompts:
            return
        barge_in = self.flow.file.barge_in if barge_in is None else barge_in
        self.change(said=self.state.said + prompts)
        last = self.actions[-1] if self.actions else None
        if isinstance(last, Say) and last.barge_in is barge_in:
            self.actions[-1] = Say(last.prompts + prompts, barge_in)
        else:
            self.actions.append(Say(prompts, barge_in))

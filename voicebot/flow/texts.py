"""What a flow says in one language: wordings by id, and the prompts that hold no values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from voicebot.core.knowledge import Entry, Knowledge
from voicebot.core.prompt import Prompt
from voicebot.flow.base import KnowledgeName, PromptRef, marked
from voicebot.flow.model import FlowFile
from voicebot.flow.templates import parse_template
from voicebot.flow.wording import built_in


class Texts:
    """Of one flow file, with the knowledge bases beside it."""

    def __init__(self, file: FlowFile[Any], bases: Mapping[str, Knowledge]) -> None:
        self._file = file
        self._bases = bases
        self._fixed: dict[str, Prompt | None] = {}

    @cached_property
    def prompts(self) -> Mapping[str, tuple[str, ...]]:
        """Wordings by id, the built-in ones among them."""
        built = {name: (text,) for name, text in built_in(self._file.language).items()}
        return {**built, **self._file.prompts}

    def wordings(self, ref: str) -> tuple[str, ...]:
        """All texts of a prompt, by id or text."""
        return self.prompts.get(ref, (ref,))

    def text(self, ref: str, turn: int = 0) -> tuple[str, str]:
        """(id, text) of a prompt; the id is empty where `ref` is the text itself. Of several
        wordings, that for the `turn`th time, from 0; all but the first have ids of their own."""
        wordings = self.prompts.get(ref)
        if wordings is None:
            return "", ref
        number = turn % len(wordings)
        return (f"{ref}.{number + 1}" if number else ref), wordings[number]

    def static_prompts(self) -> list[Prompt]:
        """Every prompt without values, in every wording."""
        answers = [self.static_answer(base, entry) for base, entry in self.answers()]
        refs = dict.fromkeys(
            [str(v) for _, v in marked(self._file) if isinstance(v, PromptRef)]
            + list(built_in(self._file.language))
        )
        found = [
            self.static_prompt(ref, turn) for ref in refs for turn in range(len(self.wordings(ref)))
        ]
        return [prompt for prompt in (*found, *answers) if prompt is not None]

    def answers(self) -> Iterator[tuple[Knowledge, Entry]]:
        """The entries that the nodes may tell, in this flow's language."""
        names = dict.fromkeys(str(v) for _, v in marked(self._file) if isinstance(v, KnowledgeName))
        for base in (self._bases[name] for name in names if name in self._bases):
            yield from ((base, entry) for entry in base.in_language(self._file.language))

    def static_answer(self, base: Knowledge, entry: Entry) -> Prompt | None:
        """An answer without values; None for one that has some."""
        text = entry.answers[self._file.language]
        return self._static(text, base.recording(entry))

    def fixed_prompt(self, ref: str) -> Prompt | None:
        """A prompt that is the same whenever it is said: of one wording, without values."""
        if ref not in self._fixed:
            is_one = len(self.wordings(ref)) == 1
            self._fixed[ref] = self.static_prompt(ref) if is_one else None
        return self._fixed[ref]

    def static_prompt(self, ref: str, turn: int = 0) -> Prompt | None:
        """A prompt without values; None for one that has some."""
        prompt_id, text = self.text(ref, turn)
        return self._static(text, prompt_id)

    def _static(self, text: str, prompt_id: str) -> Prompt | None:
        template = parse_template(text)
        parts = tuple(part for part in template if isinstance(part, str))
        is_static = bool(parts) and parts == template
        return Prompt(parts, self._file.language, prompt_id) if is_static else None

"""The checks of what callers say and press: two answers must not be the same."""

from __future__ import annotations

from collections.abc import Iterable

from voicebot.core.meaning import Choice
from voicebot.core.phrases import sentences
from voicebot.flow.base import Path
from voicebot.flow.kinds.menu import MenuNode
from voicebot.flow.report import Report

_MAX_SENTENCES = 300
"""Of one pattern: enough to find what is written twice, cheap for patterns with many options."""


def check_phrases(report: Report) -> None:
    """No sentence for two choices of a menu, or for a choice and a global command."""
    universals = report.flow.universals
    for name, node in report.flow.nodes.items():
        if not isinstance(node, MenuNode):
            continue
        seen: dict[str, str] = {}
        commands = _by_sentence(u for u in universals if node.obeys(report.flow, u.name))
        for choice in node.spoken_choices:
            path: Path = ("nodes", name, "choices", choice.name, "phrases")
            for index, phrase in enumerate(choice.phrases):
                _check_phrase(report, (*path, index), choice.name, phrase, seen, commands)
    for name, slot in report.flow.specs.items():
        seen = {}
        for option in slot.options:
            for index, phrase in enumerate(option.phrases):
                where: Path = ("slots", name, "options", option.name, "phrases", index)
                _check_phrase(report, where, option.name, phrase, seen, {})


def _check_phrase(
    report: Report,
    path: Path,
    name: str,
    phrase: object,
    seen: dict[str, str],
    commands: dict[str, str],
) -> None:
    for sentence in sentences(phrase, _MAX_SENTENCES):  # type: ignore[arg-type]
        if not sentence:
            hint = "something in it must be said: not everything may stand in [...]"
            report.add(path, "empty-phrase", "the phrase fits silence", hint, offset=0)
        elif seen.setdefault(sentence, name) != name:
            other = seen[sentence]
            report.add(path, "same-phrase", f'"{sentence}" also means {other}', offset=0)
            return
        elif sentence in commands:
            message = f'"{sentence}" is also the global command {commands[sentence]}'
            report.add(path, "shadowed-command", message, offset=0, is_warning=True)
            return


def _by_sentence(choices: Iterable[Choice]) -> dict[str, str]:
    return {
        sentence: choice.name
        for choice in choices
        for phrase in choice.phrases
        for sentence in sentences(phrase, _MAX_SENTENCES)
    }

"""Texts of a flow of several languages that one of them lacks."""

from __future__ import annotations

from collections.abc import Iterator, Set

from voicebot.flow.base import Path, PhrasePattern, PromptRef, marked
from voicebot.flow.flow import Flow
from voicebot.flow.localizing import Localized
from voicebot.flow.report import Report
from voicebot.flow.templates import TemplateError, parse_template

_HINT = "write {{{first}: ..., {language}: ...}} in its place"


def check_translations(report: Report, main: Flow, localized: Localized) -> None:
    """What callers of this language would hear, or have to say, in the flow's first one."""
    language = report.flow.language
    hint = _HINT.format(first=main.language, language=language)
    for path in localized.missing:
        _add(report, path, hint)
    for path in _the_same(report.flow, main):
        if not _within(path, localized.chosen) and not _within(path, frozenset(localized.missing)):
            _add(report, path, hint)


def _add(report: Report, path: Path, hint: str) -> None:
    message = f"there is no text here for {report.flow.language}"
    report.add(path, "missing-translation", message, hint, is_warning=True)


def _the_same(flow: Flow, main: Flow) -> Iterator[Path]:
    """Places with the same words in both."""
    theirs = dict(marked(main.file))
    for path, value in marked(flow.file):
        is_text = isinstance(value, PhrasePattern) or (
            isinstance(value, PromptRef) and value not in flow.texts.prompts and _has_words(value)
        )
        if is_text and theirs.get(path) == value:
            yield path
    for name, wordings in flow.file.prompts.items():
        if main.file.prompts.get(name) == wordings and any(map(_has_words, wordings)):
            yield ("prompts", name)


def _has_words(text: str) -> bool:
    """Values alone need no translation."""
    try:
        parts = parse_template(text)
    except TemplateError:
        return False
    return any(isinstance(part, str) and any(map(str.isalpha, part)) for part in parts)


def _within(path: Path, places: Set[Path]) -> bool:
    return any(path[:n] in places for n in range(len(path) + 1))

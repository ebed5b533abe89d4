"""A flow file of several languages, as it reads in one of them.

    languages: [en, zh]
    prompts:
      welcome: {en: Welcome., zh: 您好。}          ─▶  in zh:  welcome: 您好。

Where a flow names `languages`, a mapping from some of them to texts stands for the text of the
call's language, wherever a text or a list of texts may stand. Everything after this knows one
language only: a call that changes its language goes on in the same flow as it reads in the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voicebot.flow.base import Path
from voicebot.flow.document import Document


@dataclass(frozen=True, slots=True)
class Localized:
    """A document in one language."""

    document: Document
    """Its places lead to what was written for that language."""
    chosen: frozenset[Path]
    """Where the file had a text for each language, and one for this."""
    missing: tuple[Path, ...]
    """Where the file had texts for other languages only; the first of them stands in."""


def languages_of(data: Any) -> tuple[str, ...]:
    """The languages of a file, the first of them the one that calls begin in; none where the file
    does not say several."""
    if not isinstance(data, dict) or not isinstance(data.get("languages"), list):
        return ()
    return tuple(item for item in data["languages"] if isinstance(item, str))


def localize(document: Document, language: str) -> Localized:
    """The document as it reads in one of its languages."""
    languages = languages_of(document.data)
    taken = dict(_texts_by_language(document.data, (), frozenset(languages), language))
    data = _read(document.data, (), taken)
    if isinstance(data, dict):
        data = {**data, "language": language}
    view = Document(document.file, data, problems=document.problems)
    view.places.update(_moved(document.places, taken))
    view.scalars.update(_moved(document.scalars, taken))
    chosen = frozenset(path for path, key in taken.items() if key == language)
    missing = tuple(path for path, key in taken.items() if key != language)
    return Localized(view, chosen, missing)


def _texts_by_language(
    value: Any, path: Path, languages: frozenset[str], language: str
) -> Iterator[tuple[Path, str]]:
    """Places where the file has a text for each language, and the language whose text is taken."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts_by_language(item, (*path, index), languages, language)
    elif isinstance(value, dict) and _is_by_language(value, languages):
        yield path, language if language in value else next(iter(value))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts_by_language(item, (*path, key), languages, language)


def _is_by_language(value: dict[str, Any], languages: frozenset[str]) -> bool:
    return bool(value) and languages.issuperset(value) and all(map(_is_text, value.values()))


def _is_text(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(item, str) for item in value)
    return isinstance(value, str)


def _read(value: Any, path: Path, taken: Mapping[Path, str]) -> Any:
    if path in taken:
        return value[taken[path]]
    if isinstance(value, list):
        return [_read(item, (*path, index), taken) for index, item in enumerate(value)]
    if isinstance(value, dict):
        return {key: _read(item, (*path, key), taken) for key, item in value.items()}
    return value


def _moved(
    places: Mapping[Path, tuple[int, int]], taken: Mapping[Path, str]
) -> dict[Path, tuple[int, int]]:
    """Places by the paths of the localized file."""
    found: dict[Path, tuple[int, int]] = {}
    for path, place in places.items():
        holder = next((path[:n] for n in range(len(path)) if path[:n] in taken), None)
        if holder is None:
            found.setdefault(path, place)
        elif path[len(holder)] == taken[holder]:
            found[*holder, *path[len(holder) + 1 :]] = place
    return found

"""Names of the trade put into a flow: `{product}` in a phrase, `entities: product` of a slot.

phrases: ["order a {product}"]           ─▶  order a (gold card | golden card | ...)
card: {type: choice, entities: product}  ─▶  options: one an entity, with all its names
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from voicebot.core.knowledge import Entity, Knowledge
from voicebot.flow.base import Path
from voicebot.flow.document import Document
from voicebot.flow.problems import did_you_mean

_MARK = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


def expanded(data: Any, bases: Mapping[str, Knowledge], document: Document) -> Any:
    """A flow's content with the entities written out. A kind that no base has is a problem."""
    if not isinstance(data, dict):
        return data
    language = str(data.get("language", "en"))
    kinds = _by_kind(bases.values(), language)
    slots = data.get("slots")
    if isinstance(slots, dict):
        filled = {
            name: _filled(slot, kinds, language, document, ("slots", name))
            for name, slot in slots.items()
        }
        data = {**data, "slots": filled}
    if not kinds:
        return data
    declared = set(slots) if isinstance(slots, dict) else set()
    phrases = {
        kind: f"({' | '.join(dict.fromkeys(n for e in found for n in e.heard_as(language)))})"
        for kind, found in kinds.items()
        if kind not in declared
    }
    return _spread(data, phrases) if phrases else data


def _by_kind(bases: Iterable[Knowledge], language: str) -> dict[str, list[Entity]]:
    found: dict[str, list[Entity]] = {}
    for base in bases:
        for entity in base.entities.values():
            if entity.names.get(language):
                found.setdefault(entity.kind, []).append(entity)
    return found


def _filled(
    slot: Any,
    kinds: Mapping[str, list[Entity]],
    language: str,
    document: Document,
    path: Path,
) -> Any:
    kind = slot.get("entities") if isinstance(slot, dict) else None
    if not isinstance(kind, str):
        return slot
    if kind not in kinds:
        known = ", ".join(sorted(kinds)) or "none"
        hint = did_you_mean(kind, kinds) or f"kinds in knowledge/: {known}"
        message = f"no knowledge base has names of kind {kind}"
        document.add((*path, "entities"), "missing-entities", message, hint)
        return {**slot, "options": {"none": {"phrases": ["none"]}}}
    own = slot.get("options") if isinstance(slot.get("options"), dict) else {}
    return {**slot, "options": {**_options(kinds[kind], language), **(own or {})}}


def _options(entities: Iterable[Entity], language: str) -> dict[str, Any]:
    return {
        entity.id: {
            "label": entity.names[language][0],
            "phrases": list(entity.heard_as(language)),
        }
        for entity in entities
    }


def _spread(value: Any, phrases: Mapping[str, str], *, within: bool = False) -> Any:
    """Marks replaced within `phrases`."""
    if isinstance(value, dict):
        return {
            key: _spread(item, phrases, within=within or key == "phrases")
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_spread(item, phrases, within=within) for item in value]
    if not within or not isinstance(value, str):
        return value
    return _MARK.sub(lambda mark: phrases.get(mark[1], mark[0]), value)

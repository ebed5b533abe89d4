"""A menu as a menu."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from voicebot.flow.voicexml.content import thrown
from voicebot.flow.voicexml.fields import alternatives_of, listening, question
from voicebot.flow.voicexml.names import Namer, Ref
from voicebot.flow.voicexml.place import Outside, Place
from voicebot.flow.voicexml.scopes import scope_of
from voicebot.flow.voicexml.speech import written
from voicebot.flow.voicexml.tree import Element


def put_menu(menu: Element, entry: Ref, outside: Outside) -> None:
    """A menu, and nodes for what its choices throw."""
    sheet, scope = outside.sheet, scope_of(menu, str(entry), outside.scope)
    names, choices = Namer(), {}
    keys = _keys(menu)
    texts = [choice.own_text for choice in menu.elements("choice")]
    listed = [(keys.get(index, ""), text) for index, text in enumerate(texts) if text]
    place = Place(sheet, scope, str(entry), outside.target, lambda _: None, entry, entry, listed)
    for index, choice in enumerate(menu.elements("choice")):
        found = alternatives_of(choice.elements("grammar"), sheet)
        said = [p for one in found for p in one.phrases] or (
            [_said(choice)] if choice.own_text else []
        )
        key = keys.get(index) or next((k for one in found for k in one.keys), None)
        text = choice.own_text
        name = names.new(text or choice.get("next") or choice.get("event"), "choice")
        made = {"key": key} if key else {}
        if text:
            made["label"] = text
        choices[name] = made | {"phrases": said, "to": _aim(choice, place)}
    first, later = question(menu, place, listed)
    node: dict[str, Any] = {"kind": "menu", "prompt": written(first) if first else None}
    node["again"] = written(later) if later else None
    sheet.put(entry, node | listening(place, scope) | {"choices": choices})


def _said(choice: Element) -> str:
    text = "".join(
        char if char.isalnum() or char in "' -" else " " for char in choice.own_text.lower()
    )
    return " ".join(text.split())


def _keys(menu: Element) -> dict[int, str]:
    """Keys by the number of the choice: as written, or 1 to 9 in order with `dtmf="true"`."""
    given = {i: c.get("dtmf") for i, c in enumerate(menu.elements("choice")) if c.get("dtmf")}
    if menu.get("dtmf") != "true":
        return given
    free = [str(n) for n in range(1, 10) if str(n) not in given.values()]
    for index, _ in enumerate(menu.elements("choice")):
        if index not in given and free:
            given[index] = free.pop(0)
    return given


def _aim(choice: Element, place: Place) -> Ref:
    if choice.get("next"):
        return place.target(choice.get("next"), choice.line)
    if choice.get("event"):
        return thrown(choice.get("event"), replace(place, again=None), choice.line)
    place.sheet.findings.lost(choice.line, "a choice whose aim is computed")
    return place.sheet.promise("trouble")

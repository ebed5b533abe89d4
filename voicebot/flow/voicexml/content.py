"""Executable content as nodes: what stands in blocks, `<filled>`, `<if>` and handlers.

It is read from its end to its beginning: each piece is told which node comes after it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from voicebot.flow.voicexml.names import Ref, bare, plain_name
from voicebot.flow.voicexml.place import DONE, Place
from voicebot.flow.voicexml.requests import fetched, submitted
from voicebot.flow.voicexml.speech import SPOKEN, Speech, written
from voicebot.flow.voicexml.tree import Element

_MAX_DEPTH = 8
_ELSEWHERE = frozenset(
    {"meta", "metadata", "property", "grammar", "link"}
    | {"catch", "noinput", "nomatch", "help", "error", "filled", "option"}
)
"""Elements that are read by others."""
Group = tuple[str, list[Element | str]]
"""What belongs together: `say`, `set`, or one element by its name."""


def compiled(children: Sequence[Element | str], place: Place, then: Ref) -> Ref:
    """The first node of some content that goes on at `then`."""
    for kind, group in reversed(_grouped(children)):
        if kind == "say":
            then = said(group, place, then)
        elif kind == "set":
            then = _assigned(group, place, then)
        else:
            then = _step(group[0], place, then)
    return then


def _grouped(children: Sequence[Element | str]) -> list[Group]:
    """Single elements, what is said in one breath, and values that are set one after the other."""
    groups: list[Group] = []
    for child in children:
        if isinstance(child, str) and not child.strip():
            continue
        kind = _kind(child)
        if groups and groups[-1][0] == kind and kind in ("say", "set"):
            groups[-1][1].append(child)
        else:
            groups.append((kind, [child]))
    return groups


def _kind(child: Element | str) -> str:
    if isinstance(child, str) or child.name in SPOKEN:
        return "say"
    return "set" if child.name in ("assign", "var") else child.name


def said(children: Sequence[Element | str], place: Place, then: Ref) -> Ref:
    """A node that says something, and one before it for values that must be computed."""
    speech = Speech(place.sheet, place.choices).add(children)
    prompts = speech.prompts()
    if not prompts:
        return then
    barge_in = {"false": "none", "true": "both"}.get(speech.has_barge_in)
    node = {"kind": "say", "prompt": written(prompts), "barge_in": barge_in, "to": then}
    entry = place.sheet.add(f"{place.label}_say", node)
    if speech.values:
        node = {"kind": "set", "values": speech.values, "to": entry}
        entry = place.sheet.add(f"{place.label}_words", node)
    return entry


def _step(element: Element | str, place: Place, then: Ref) -> Ref:
    assert isinstance(element, Element), "text is said"
    known = _STEPS.get(element.name)
    if known is not None:
        return known(element, place, then)
    if element.name not in _ELSEWHERE:
        place.sheet.findings.lost(element.line, f"<{element.name}>")
    return then


# ---------------------------------------------------------------- values


def _assigned(group: Sequence[Element | str], place: Place, then: Ref) -> Ref:
    """Values that are set one after the other; one that is set twice needs a second node."""
    values: dict[str, str] = {}
    for index, element in enumerate(group):
        assert isinstance(element, Element), "text is said"
        text = element.get("expr")
        if not text and element.name == "var":
            continue
        name = place.sheet.value_name(bare(element.get("name")))
        if name in values:
            then = _assigned(group[index:], place, then)
            break
        ours = place.sheet.expression(text or "undefined", element.line, "null")
        is_given = element.name == "var" and name in place.sheet.given
        values[name] = f"default({name}, {ours})" if is_given else ours
    if not values:
        return then
    return place.sheet.add(f"{place.label}_set", {"kind": "set", "values": values, "to": then})


def _clear(element: Element, place: Place, then: Ref) -> Ref:
    names = element.get("namelist").split()
    if not names:
        place.sheet.findings.changed(element.line, "<clear> of all items", "name them")
        return then
    first = next((ref for name in names if (ref := place.item(name)) is not None), None)
    if then == place.default and first is not None:
        then = first  # The form goes on with the first item that has no value.
    values = {
        place.flags.get(name, place.sheet.value_name(bare(name))): (
            "false" if name in place.flags else "null"
        )
        for name in names
    }
    return place.sheet.add(f"{place.label}_clear", {"kind": "set", "values": values, "to": then})


# ---------------------------------------------------------------- ways


def _if(element: Element, place: Place, then: Ref) -> Ref:
    parts: list[tuple[str | None, int, list[Element | str]]] = [
        (element.get("cond"), element.line, [])
    ]
    for child in element.children:
        if isinstance(child, Element) and child.name in ("elseif", "else"):
            condition = child.get("cond") if child.name == "elseif" else None
            parts.append((condition, child.line, []))
        else:
            parts[-1][2].append(child)
    when: list[dict[str, Any]] = []
    otherwise = then
    for condition, line, children in parts:
        target = compiled(children, place, then)
        if condition is None:
            otherwise = target
        else:
            when.append({"if": place.sheet.expression(condition, line), "to": target})
    return place.sheet.add(f"{place.label}_if", {"kind": "branch", "when": when, "else": otherwise})


def _goto(element: Element, place: Place, then: Ref) -> Ref:
    if element.get("nextitem"):
        ref = place.item(element.get("nextitem"))
        if ref is None:
            place.sheet.findings.lost(element.line, f"the item {element.get('nextitem')}")
            return then
        flag = place.flags.get(element.get("nextitem"))
        if flag is None:
            return ref
        node = {"kind": "set", "values": {flag: "false"}, "to": ref}
        return place.sheet.add(f"{place.label}_again", node)
    if not element.get("next"):
        place.sheet.findings.lost(element.line, "a <goto> whose aim is computed", "use a branch")
        return place.sheet.promise("trouble")
    return place.target(element.get("next"), element.line)


def _reprompt(element: Element, place: Place, then: Ref) -> Ref:
    return place.again if place.again is not None and then == place.default else then


def _exit(element: Element, place: Place, then: Ref) -> Ref:
    return place.sheet.promise("end")


def _return(element: Element, place: Place, then: Ref) -> Ref:
    event = element.get("event")
    exit_name = plain_name(event, "exit") if event else DONE
    for name in element.get("namelist").split():
        place.sheet.results[place.sheet.value_name(bare(name))] = None
    place.sheet.exits[exit_name] = None
    return place.sheet.add(f"{place.label}_return", {"kind": "return", "exit": exit_name})


def _throw(element: Element, place: Place, then: Ref) -> Ref:
    event = element.get("event")
    if not event or place.depth >= _MAX_DEPTH:
        place.sheet.findings.lost(element.line, "an event whose name is computed")
        return place.sheet.promise("trouble")
    return thrown(event, place, element.line)


def thrown(event: str, place: Place, line: int) -> Ref:
    """The node of the handler of an event."""
    handler = place.scope.of_count(event, 1)
    again = place.again
    if handler is None or place.depth >= _MAX_DEPTH:
        if event in ("noinput", "nomatch", "help") and again is not None:
            return again
        if event.startswith("connection.disconnect") or event == "exit":
            return place.sheet.promise("end")
        if not event.startswith("error"):
            place.sheet.findings.changed(line, f"nothing catches {event}", "it is an error then")
        return place.sheet.promise("trouble")
    deeper = replace(place, depth=place.depth + 1, label=f"{place.label}_{plain_name(event, 'on')}")
    return compiled(handler.element.children, deeper, again or place.sheet.promise("end"))


def _nothing(element: Element, place: Place, then: Ref) -> Ref:
    what = {"log": "<log>", "script": "<script>", "foreach": "<foreach>"}[element.name]
    if element.name == "log":
        place.sheet.findings.note(element.line, "<log>: the journal has every step anyway")
    else:
        place.sheet.findings.lost(element.line, what)
    return then


_STEPS: dict[str, Callable[[Element, Place, Ref], Ref]] = {
    "clear": _clear,
    "if": _if,
    "goto": _goto,
    "submit": submitted,
    "data": fetched,
    "reprompt": _reprompt,
    "exit": _exit,
    "disconnect": _exit,
    "return": _return,
    "throw": _throw,
    "log": _nothing,
    "script": _nothing,
    "foreach": _nothing,
}

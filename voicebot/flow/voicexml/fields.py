"""What an item asks, what may be answered, and what happens on silence and nonsense."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from voicebot.flow.voicexml.content import compiled
from voicebot.flow.voicexml.grammars import Alternative, Grammar, builtin
from voicebot.flow.voicexml.names import Namer, Ref
from voicebot.flow.voicexml.place import Place
from voicebot.flow.voicexml.scopes import Handler, Scope, settings_of
from voicebot.flow.voicexml.sheet import Sheet
from voicebot.flow.voicexml.speech import SPOKEN, Speech, written
from voicebot.flow.voicexml.tree import Element

_SIMPLE = SPOKEN | {"reprompt", "log"}
_WAYS = frozenset({"goto", "exit", "disconnect", "throw", "submit", "return"})
REACTIONS = {"noinput": "no_input", "nomatch": "no_match"}
"""Event of VoiceXML -> our list."""
MAX_REACTIONS = 3
"""How often a handler without end is kept: VoiceXML would ask for ever."""


def question(
    element: Element, place: Place, choices: Sequence[tuple[str, str]] = ()
) -> tuple[list[str], list[str]]:
    """The prompts of an item: the first time, and when it is asked again."""
    first, later = Speech(place.sheet, choices), Speech(place.sheet, choices)
    for child in element.children:
        if isinstance(child, str):
            if child.strip():
                first.add([child])
        elif child.name in SPOKEN:
            is_later = child.name == "prompt" and child.get("count", "1") not in ("1", "")
            (later if is_later else first).add([child])
    values = first.values | later.values
    if values:
        what = "a computed value in a question"
        place.sheet.findings.lost(element.line, what, "set it before: " + ", ".join(values))
    return first.prompts(), later.prompts()


# ---------------------------------------------------------------- slots


def slot_of(field: Element, place: Place) -> dict[str, Any]:
    """The slot that a field fills, without its name; the options of a choice are put down."""
    sheet = place.sheet
    kind = field.get("type")
    grammars = list(field.elements("grammar"))
    sources = [g.get("src") for g in grammars if g.get("src").startswith("builtin:")]
    for uri in [kind, *sources] if kind else sources:
        known = builtin(uri, sheet.findings, field.line)
        if known is not None:
            return known.slot | ({"by_keys_only": True} if known.by_keys_only else {})
        sheet.findings.lost(field.line, f"the type {uri}", "any text is taken")
    alternatives = [*_options(field), *alternatives_of(grammars, sheet)]
    if not alternatives:
        if not grammars:
            sheet.findings.lost(field.line, "a field without a grammar", "any text is taken")
        return {"type": "text"}
    return {"type": "choice", "options": _named(field.get("name"), alternatives, sheet)}


def alternatives_of(grammars: Iterable[Element], sheet: Sheet) -> list[Alternative]:
    """What inline grammars offer; those for voice and for keys of one value come together."""
    found: dict[str, Alternative] = {}
    for element in grammars:
        if element.get("src") and not element.get("src").startswith("builtin:"):
            what = f"the grammar {element.get('src')} is not in the page"
            sheet.findings.lost(element.line, what, "write its phrases into the flow")
        elif element.first("rule") is not None:
            for one in Grammar(element, sheet.findings).alternatives():
                known = found.setdefault(one.value, Alternative(one.value))
                known.phrases += one.phrases
                known.keys += one.keys
        elif element.text and not element.get("src"):
            sheet.findings.lost(element.line, "a grammar that is not SRGS in XML")
    return list(found.values())


def _options(field: Element) -> list[Alternative]:
    found = []
    for option in field.elements("option"):
        keys = [option.get("dtmf")] if option.get("dtmf") else []
        said = [option.text.lower()] if option.text else []
        found.append(Alternative(option.get("value") or option.text, said, keys))
    return found


def _named(
    variable: str, alternatives: Sequence[Alternative], sheet: Sheet
) -> dict[str, dict[str, Any]]:
    names, options = Namer(), {}
    known = sheet.options.setdefault(sheet.value_name(variable), {})
    for one in alternatives:
        name = names.new(one.value, "option")
        known[one.value] = name
        options[name] = spoken_for(one)
    return options


def spoken_for(one: Alternative) -> dict[str, Any]:
    """Key and phrases, as choices and options have them."""
    said = list(dict.fromkeys(one.phrases))
    found: dict[str, Any] = {"key": one.keys[0]} if one.keys else {}
    return found | {"phrases": said}


def spoken_globally(link: Element, sheet: Sheet) -> dict[str, Any]:
    """What a link's grammars take, as a global command has it."""
    found = alternatives_of(link.elements("grammar"), sheet)
    phrases = [p for one in found for p in spoken_for(one)["phrases"]]
    keys = [key for one in found for key in one.keys]
    key = link.get("dtmf") or (keys[0] if keys else "")
    return ({"key": key.replace(" ", "")} if key else {}) | {"phrases": phrases}


# ---------------------------------------------------------------- reactions


def listening(place: Place, scope: Scope) -> dict[str, Any]:
    """What every listening node has: reactions, help, timing, confidence, barge-in."""
    found: dict[str, Any] = settings_of(scope, place.sheet.findings)
    for event, key in REACTIONS.items():
        document = scope.document
        if scope.has_own(event) or not is_shared(event, document):
            found[key] = reactions(event, scope, place)
    handler = scope.of_count("help", 1)
    if handler is not None:
        prompts = Speech(place.sheet, place.choices).add(_spoken(handler)).prompts()
        if prompts:
            found["help"] = written(prompts)
        if not _is_simple(handler):
            place.sheet.findings.changed(handler.element.line, "help only speaks here")
    return found


def is_shared(event: str, document: Scope) -> bool:
    """Whether the document's reactions can be written once, for the whole flow."""
    handlers = document.own(event)
    return bool(handlers) and all(_is_simple(h) or _leads_away(h) for h in handlers)


def reactions(event: str, scope: Scope, place: Place) -> list[dict[str, Any]]:
    """What happens on an event, by count."""
    handlers = scope.own(event)
    if not handlers:
        return []
    found = []
    for count in range(1, max(MAX_REACTIONS, handlers[-1].count) + 1):
        handler = scope.of_count(event, count)
        if handler is None:
            found.append({"repeat": True})
            continue
        found.append(_reaction(handler, place))
        if "to" in found[-1]:
            break
    return found


def _reaction(handler: Handler, place: Place) -> dict[str, Any]:
    """A reaction that only speaks, or one that leads to the handler's nodes."""
    if _is_simple(handler):
        repeats = any(child.name == "reprompt" for child in handler.element.elements())
        prompts = Speech(place.sheet, place.choices).add(_spoken(handler)).prompts()
        found: dict[str, Any] = {"prompt": written(prompts)} if prompts else {}
        return found | ({"repeat": True} if repeats or not prompts else {})
    again = place.again or place.sheet.promise("end")
    label = f"{place.label}_{handler.event or 'event'}_{handler.count}"
    inner = replace(place, label=label, default=again)
    return {"to": compiled(handler.element.children, inner, again)}


def _leads_away(handler: Handler) -> bool:
    elements = list(handler.element.elements())
    return bool(elements) and elements[-1].name in _WAYS


def _is_simple(handler: Handler) -> bool:
    return all(child.name in _SIMPLE for child in handler.element.elements())


def _spoken(handler: Handler) -> list[Element | str]:
    children = handler.element.children
    return [c for c in children if isinstance(c, str) or c.name in SPOKEN]


def filled(element: Element, place: Place, then: Ref) -> Ref:
    """The content of an item's `<filled>`, if it has one."""
    for inner in reversed(list(element.elements("filled"))):
        then = compiled(inner.children, place, then)
    return then

"""Prompts: text, values, recordings and SSML as prompts of ours."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from voicebot.core.markup import SAY_AS, TAGS
from voicebot.flow.voicexml.sheet import Sheet
from voicebot.flow.voicexml.tree import Element

SPOKEN = frozenset({"prompt", "audio", "value", "enumerate", *TAGS, "paragraph", "sentence", "emp"})
"""Elements that say something."""
_OLD_NAMES = {"paragraph": "p", "sentence": "s", "emp": "emphasis"}
_LISTED = {
    "en": (" For {said}, press {key}.", " Say {said}."),
    "zh": ("{said}请按{key}。", "请说{said}。"),
}
"""How `<enumerate/>` words a choice, with its key and without."""
_TYPES = {
    "date": "date",
    "time": "time",
    "currency": "money",
    "number": "number",
    "digits": "digits",
}


@dataclass(slots=True)
class Speech:
    """Prompts in a row."""

    sheet: Sheet
    choices: Sequence[tuple[str, str]] = ()
    """(key, what is said) of the menu whose `<enumerate/>` may stand here."""
    done: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    """Expressions that are computed before, by name."""
    text: str = ""
    has_barge_in: str = ""

    def add(self, children: Sequence[Element | str]) -> Speech:
        """What these say."""
        for child in children:
            if isinstance(child, str):
                self.text += _safe(child)
            else:
                self._element(child)
        return self

    def _element(self, element: Element) -> None:
        match element.name:
            case "prompt":
                self.has_barge_in = element.get("bargein") or self.has_barge_in
                if element.get("cond"):
                    what = "a condition of a prompt"
                    self.sheet.findings.changed(element.line, what, "it is always said")
                self.add(element.children)
                self.text += " "
            case "audio":
                self._audio(element)
            case "value":
                self._value(element)
            case "enumerate":
                self._enumerate(element)
            case "foreach":
                self.sheet.findings.lost(element.line, "<foreach> in a prompt")
            case name if _OLD_NAMES.get(name, name) in TAGS:
                self._markup(element, _OLD_NAMES.get(name, name))
            case "desc" | "metadata" | "meta" | "lexicon":
                pass
            case _:
                self.sheet.findings.note(element.line, f"<{element.name}> in a prompt is left out")
                self.add(element.children)

    def _audio(self, element: Element) -> None:
        fallback = Speech(self.sheet, self.choices).add(element.children)
        if element.get("src"):
            self.cut()
            text = " ".join(fallback.text.split())
            self.done.append(self.sheet.recording(element.get("src"), text, element.line))
            return
        self.values |= fallback.values
        if element.get("expr") or not fallback.text.strip():
            what = "a recording whose address is computed"
            self.sheet.findings.changed(element.line, what, "its text is said")
        self.text += fallback.text

    def _value(self, element: Element) -> None:
        ours = self.sheet.expression(element.get("expr"), element.line, "null")
        if ours == "null":
            return
        name = ours
        if not all(part.isidentifier() for part in ours.split(".")):
            name = self.sheet.value_names.new("said")
            self.values[name] = ours
        kind = _TYPES.get(element.get("class"), "")
        self.text += f"{{{name}:{kind}}}" if kind else f"{{{name}}}"

    def _enumerate(self, element: Element) -> None:
        with_key, without = _LISTED[self.sheet.language]
        for key, said in self.choices:
            self.text += (with_key if key else without).format(said=said, key=key)
        if element.children:
            self.sheet.findings.changed(element.line, "the wording of <enumerate>", "write it out")

    def _markup(self, element: Element, name: str) -> None:
        if name == "say-as" and element.get("interpret-as").split(":")[-1] not in SAY_AS:
            self.sheet.findings.note(element.line, "a way to say something is left out")
            self.add(element.children)
            return
        if name in ("break", "mark"):
            self.text += f"<{name}{_attributes(element)}/>"
            return
        if name == "speak":
            self.add(element.children)
            return
        self.text += f"<{name}{_attributes(element)}>"
        self.add(element.children)
        self.text += f"</{name}>"

    def cut(self) -> None:
        """End the text so far."""
        text = " ".join(self.text.split())
        if text:
            self.done.append(text)
        self.text = ""

    def prompts(self) -> list[str]:
        """All of it, by id or text."""
        self.cut()
        return self.done


def written(prompts: Sequence[str]) -> Any:
    """As files have it: one alone without its list."""
    return prompts[0] if len(prompts) == 1 else list(prompts)


def _safe(text: str) -> str:
    return html.escape(text.replace("{", "{{").replace("}", "}}"), quote=False)


def _attributes(element: Element) -> str:
    given = element.attributes.items()
    return "".join(f" {key}='{value.split(':')[-1] if key == 'interpret-as' else value}'"
                   for key, value in given if "'" not in value)  # fmt: skip

"""Documents that belong together, as flows: one for each document, one more for each subdialog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from voicebot.flow.voicexml.content import compiled, thrown
from voicebot.flow.voicexml.fields import REACTIONS, is_shared, reactions, spoken_globally
from voicebot.flow.voicexml.findings import Finding, Findings
from voicebot.flow.voicexml.forms import put_form
from voicebot.flow.voicexml.menus import put_menu
from voicebot.flow.voicexml.names import Ref, plain_name
from voicebot.flow.voicexml.place import DONE, Outside, Place
from voicebot.flow.voicexml.scopes import Scope, merged, own_settings, scope_of
from voicebot.flow.voicexml.sheet import Sheet, refs_in, settled
from voicebot.flow.voicexml.tree import Element, TreeError, parse

_LANGUAGES = {"en": "en", "zh": "zh", "cmn": "zh"}
_SORRY = {"en": "I'm sorry, something went wrong.", "zh": "对不起，系统出了一点问题。"}


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of some documents."""

    flows: Mapping[str, dict[str, Any]]
    """Flow files as plain data, by the flow's name; the first is that of the first document."""
    findings: tuple[Finding, ...]
    """By file and line."""


@dataclass(slots=True)
class _Document:
    file: str
    root: Element
    findings: Findings
    dialogs: dict[str, Element] = field(default_factory=dict)
    outer: _Document | None = None
    """The application root document."""

    @property
    def stem(self) -> str:
        return plain_name(PurePosixPath(self.file).stem, "flow")


def translate(files: Mapping[str, bytes]) -> Imported:
    """Documents by their file names, the one that calls begin with first.

    A file that is not VoiceXML is a finding of weight `lost`, and no flow.
    """
    translator = _Translator(files)
    translator.run()
    findings = [f for document in translator.every for f in document.all]
    return Imported(translator.flows, tuple(sorted(set(findings))))


class _Translator:
    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.every: list[Findings] = []
        self.flows: dict[str, dict[str, Any]] = {}
        self._documents = {doc.file: doc for doc in map(self._read, files.items()) if doc}
        self._names: dict[tuple[str, str, bool], str] = {}
        """(file, first dialog, whether it comes back) -> flow."""
        self._parameters: dict[str, dict[str, None]] = {}
        """Flow -> what its callers give."""
        self._waiting: list[tuple[str, str, bool]] = []
        for document in self._documents.values():
            above = PurePosixPath(urlsplit(document.root.get("application")).path).name
            document.outer = self._documents.get(above)

    def _read(self, item: tuple[str, bytes]) -> _Document | None:
        file, data = item
        findings = Findings(file)
        self.every.append(findings)
        try:
            root = parse(data)
        except TreeError as error:
            findings.lost(error.line, str(error))
            return None
        if root.name != "vxml":
            findings.lost(root.line, f"<{root.name}> is no VoiceXML document")
            return None
        document = _Document(file, root, findings)
        for number, dialog in enumerate(root.elements("form", "menu"), 1):
            document.dialogs[dialog.get("id") or f"dialog {number}"] = dialog
        return document

    def run(self) -> None:
        roots = {doc.outer.file for doc in self._documents.values() if doc.outer}
        for document in self._documents.values():
            is_led_to = any(file == document.file for file, _, _ in self._names)
            if document.dialogs and document.file not in roots and not is_led_to:
                self._flow_for(document, next(iter(document.dialogs)), comes_back=False)
                self._write_all()
        for name, data in self.flows.items():
            parameters = self._parameters.get(name, {})
            if parameters:
                data["parameters"] = {p: {"default": "null"} for p in parameters}

    def _flow_for(self, document: _Document, dialog: str, *, comes_back: bool) -> str:
        """The name of the flow that begins with a dialog; it is written later."""
        key = (document.file, dialog, comes_back)
        if key not in self._names:
            is_first = dialog == next(iter(document.dialogs))
            hint = document.stem if is_first else f"{document.stem}_{plain_name(dialog, 'part')}"
            name, number = hint, 2
            while name in self._names.values():
                name, number = f"{hint}_{number}", number + 1
            self._names[key] = name
            self._waiting.append(key)
        return self._names[key]

    def _write_all(self) -> None:
        """All flows that are waited for, and those that they lead to."""
        while self._waiting:
            file, dialog, comes_back = self._waiting.pop(0)
            self._write(self._documents[file], dialog, comes_back=comes_back)

    # ------------------------------------------------------------ one flow

    def _write(self, document: _Document, first: str, *, comes_back: bool) -> None:
        name = self._names[document.file, first, comes_back]
        given = frozenset(self._parameters.get(name, ()))
        sheet = Sheet(name, document.findings, self._language(document), given)
        for promised in ("end", "trouble", *document.dialogs):
            sheet.promise(promised)
        outer = scope_of(document.outer.root, "", None) if document.outer else None
        scope = scope_of(document.root, "", outer)
        outside = Outside(
            sheet,
            scope,
            lambda uri, line: self._target(document, sheet, uri, line),
            lambda uri, line: self._subflow(document, uri, line),
        )
        for dialog, element in document.dialogs.items():
            put = put_form if element.name == "form" else put_menu
            put(element, sheet.promise(dialog), outside)
        start = self._beginning(document, sheet, scope, sheet.promise(first))
        self._links(document, sheet, outside)
        self._ends(document, sheet, scope)
        for dialog in document.dialogs:
            sheet.rename(sheet.promise(dialog))
        self._results_of_calls(sheet)
        self.flows[name] = self._data(document, sheet, scope, start, comes_back=comes_back)

    def _target(self, document: _Document, sheet: Sheet, uri: str, line: int) -> Ref:
        """The node for `#dialog`, `page.vxml` or `page.vxml#dialog`."""
        other, dialog = self._dialog(document, uri)
        if other is None or dialog not in other.dialogs:
            document.findings.lost(line, f"{uri} is not among the files", "import it, too")
            return sheet.promise("trouble")
        if other is document:
            return sheet.promise(dialog)
        flow = self._flow_for(other, dialog, comes_back=False)
        key = f"to {flow}"
        return sheet.put(sheet.promise(key), {"kind": "goto", "flow": flow})

    def _dialog(self, document: _Document, uri: str) -> tuple[_Document | None, str]:
        path, _, fragment = uri.partition("#")
        file = PurePosixPath(urlsplit(path).path).name
        other = self._documents.get(file) if file else document
        return other, fragment or next(iter(other.dialogs if other else []), "")

    def _subflow(self, document: _Document, uri: str, line: int) -> str | None:
        other, dialog = self._dialog(document, uri)
        if other is None or dialog not in other.dialogs:
            what = f"the subdialog {uri or 'without src'} is not among the files"
            document.findings.lost(line, what, "import it, too")
            return None
        return self._flow_for(other, dialog, comes_back=True)

    def _beginning(self, document: _Document, sheet: Sheet, scope: Scope, first: Ref) -> Ref:
        """Variables of the document and its root come before the first dialog."""
        roots = [document.outer.root] if document.outer else []
        variables = [v for root in (*roots, document.root) for v in root.elements("var", "script")]
        place = Place(sheet, scope, "begin", lambda *_: first, lambda _: None)
        return compiled(variables, place, first)

    def _links(self, document: _Document, sheet: Sheet, outside: Outside) -> None:
        roots = [document.outer.root] if document.outer else []
        inner = [link for dialog in document.dialogs.values() for link in dialog.elements("link")]
        for link in inner:
            document.findings.changed(link.line, "a link of one dialog works everywhere here")
        outer = [link for root in (document.root, *roots) for link in root.elements("link")]
        for link in (*outer, *inner):
            aim, event = link.get("next"), link.get("event")
            spoken = spoken_globally(link, sheet)
            if event == "help":
                sheet.globals["help"] = spoken
                continue
            if aim:
                target = outside.target(aim, link.line)
            else:
                place = Place(sheet, outside.scope, "link", outside.target, lambda _: None)
                target = thrown(event, place, link.line)
            name, number = plain_name(aim.rpartition("#")[2] or event, "link"), 2
            while name in sheet.globals:
                name, number = f"{name}_{number}", number + 1
            sheet.globals[name] = spoken | {"to": target}

    def _ends(self, document: _Document, sheet: Sheet, scope: Scope) -> None:
        """What ends a call, in good order and in trouble."""
        end = sheet.put(sheet.promise("end"), {"kind": "hangup"})
        trouble = sheet.promise("trouble")
        handler = scope.of_count("error", 1)
        if handler is not None and handler.event.startswith("error"):
            target = self._place(document, sheet, scope, "trouble")
            first = compiled(handler.element.children, target, end)
            sheet.put(trouble, {"kind": "goto", "to": first})
            return
        prompt = _SORRY[sheet.language]
        sheet.put(trouble, {"kind": "hangup", "prompt": prompt, "outcome": "failed"})

    def _place(self, document: _Document, sheet: Sheet, scope: Scope, label: str) -> Place:
        return Place(
            sheet,
            scope,
            label,
            lambda uri, line: self._target(document, sheet, uri, line),
            lambda _: None,
        )

    def _results_of_calls(self, sheet: Sheet) -> None:
        """What is read of a subdialog (`login.code`) is what is saved of its flow."""
        for node in sheet.nodes.values():
            if node["kind"] != "call":
                continue
            prefix = node.pop("save").get("", "?")
            known = sheet.value_names.known.items()
            wanted = {ours: v.removeprefix(prefix) for v, ours in known if v.startswith(prefix)}
            saved = {ours: plain_name(result, "value") for ours, result in wanted.items()}
            if saved:
                node["save"] = saved
            self._parameters.setdefault(node["flow"], {}).update(
                dict.fromkeys(node.get("with", {}))
            )

    def _data(
        self, document: _Document, sheet: Sheet, scope: Scope, start: Ref, *, comes_back: bool
    ) -> dict[str, Any]:
        shared = self._reactions(document, sheet, scope)
        starts = [start, sheet.promise("trouble"), *refs_in(sheet.globals), *refs_in(shared)]
        nodes = sheet.reached(starts)
        outer = own_settings(scope.outer, sheet.findings) if scope.outer else {}
        settings = merged(outer, own_settings(scope, sheet.findings))
        data: dict[str, Any] = {
            "flow": sheet.name,
            "description": f"From {document.file}.",
            "language": sheet.language,
            "start": sheet.real(start),
            "on_error": sheet.real(sheet.promise("trouble")),
            **settings,
            **settled(shared, sheet.real),
            "backends": sheet.backends,
            "slots": {name: slot for name, slot in sheet.slots.items() if _asks(nodes, name)},
            "globals": settled(sheet.globals, sheet.real),
            "prompts": sheet.prompts,
        }
        if comes_back or sheet.exits:
            data |= {"results": list(sheet.results), "exits": list(sheet.exits) or [DONE]}
        return {k: v for k, v in data.items() if v not in ({}, [])} | {"nodes": nodes}

    def _reactions(
        self, document: _Document, sheet: Sheet, scope: Scope
    ) -> dict[str, list[dict[str, Any]]]:
        """What the document does on silence and nonsense in all its dialogs."""
        place = self._place(document, sheet, scope, "everywhere")
        return {
            key: reactions(event, scope, place)
            for event, key in REACTIONS.items()
            if is_shared(event, scope)
        }

    def _language(self, document: _Document) -> str:
        written = document.root.get("xml:lang", "en")
        language = _LANGUAGES.get(written.split("-")[0].lower())
        if language is None:
            document.findings.lost(
                document.root.line, f"the language {written}", "write its prompts"
            )
        return language or "en"


def _asks(nodes: Mapping[str, dict[str, Any]], slot: str) -> bool:
    return any(slot in node.get("slots", {}) or node.get("slot") == slot for node in nodes.values())

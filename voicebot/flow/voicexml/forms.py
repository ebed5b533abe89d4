"""A form as a chain of its items."""

from __future__ import annotations

from typing import Any

from voicebot.flow.voicexml.content import compiled, thrown
from voicebot.flow.voicexml.fields import filled, listening, question, slot_of
from voicebot.flow.voicexml.names import Ref, bare, plain_name
from voicebot.flow.voicexml.place import DONE, Outside, Place
from voicebot.flow.voicexml.scopes import Scope, scope_of
from voicebot.flow.voicexml.speech import written
from voicebot.flow.voicexml.tree import Element

_ITEMS = ("field", "block", "initial", "record", "transfer", "subdialog", "object")


def put_form(form: Element, entry: Ref, outside: Outside) -> None:
    """All nodes of a form; the first is `entry`."""
    _Form(form, entry, outside).put()


class _Form:
    def __init__(self, form: Element, entry: Ref, outside: Outside) -> None:
        self._form, self._entry, self._outside = form, entry, outside
        self._sheet, self._label = outside.sheet, str(entry)
        self._scope = scope_of(form, self._label, outside.scope)
        self._items = list(form.elements(*_ITEMS))
        self._entries = {
            item.get("name") or f"#{index}": self._sheet.promise(f"{self._label}.{index}")
            for index, item in enumerate(self._items)
        }
        names = [item.get("name") for item in self._items if item.get("name")]
        jumps = any(_jumps(child) for child in form.elements())
        self._flags = {n: self._sheet.value_names.of(f"has {n}") for n in names if jumps}
        """Items of a form that jumps: the value that says whether each is filled."""

    def put(self) -> None:
        end = self._sheet.promise("end")
        then = self._form_filled(end)
        for item, entry in reversed(list(zip(self._items, self._entries.values(), strict=True))):
            first = self._guarded(item, self._item(item, then), then)
            self._sheet.settle(entry, first)
            then = entry
        self._sheet.settle(self._entry, self._prepared(then))
        for grammar in self._form.elements("grammar"):
            what = "a grammar for several fields of a form at once"
            hint = "write an `ask` with all its slots, or a menu with {slot} in its phrases"
            self._sheet.findings.changed(grammar.line, what, hint)

    def _form_filled(self, then: Ref) -> Ref:
        """`<filled>` of the form itself comes after all its items."""
        for element in reversed(list(self._form.elements("filled"))):
            then = compiled(element.children, self._place(None, then), then)
        return then

    def _prepared(self, then: Ref) -> Ref:
        """Variables of the form, and items that are without value again."""
        if self._flags:
            values = dict.fromkeys(self._flags.values(), "false")
            node = {"kind": "set", "values": values, "to": then}
            then = self._sheet.add(f"{self._label}_begin", node)
        variables = list(self._form.elements("var"))
        return compiled(variables, self._place(None, then), then)

    def _guarded(self, item: Element, first: Ref, then: Ref) -> Ref:
        """Its condition; and in forms that jump, whether it has a value already."""
        conditions = []
        if item.get("cond"):
            conditions.append(self._sheet.expression(item.get("cond"), item.line, "true"))
        if item.get("name") in self._flags:
            conditions.append(f"not {self._flags[item.get('name')]}")
        if not conditions:
            return first
        whole = " and ".join(f"({c})" if " or " in c else c for c in conditions)
        node = {"kind": "branch", "when": [{"if": whole, "to": first}], "else": then}
        return self._sheet.add(f"{self._name(item)}_needed", node)

    def _name(self, item: Element) -> str:
        return f"{self._label}_{plain_name(item.get('name'), item.name)}"

    def _place(
        self, again: Ref | None, then: Ref, label: str = "", scope: Scope | None = None
    ) -> Place:
        return Place(
            self._sheet,
            scope or self._scope,
            label or self._label,
            self._outside.target,
            self._entries.get,
            again,
            then,
            flags=self._flags,
        )

    def _item(self, item: Element, then: Ref) -> Ref:
        name = self._name(item)
        scope = scope_of(item, name, self._scope)
        flag = self._flags.get(item.get("name"))
        if item.name in ("block", "initial"):
            place = self._place(None, then, name, scope)
            return self._flagged(flag, name, compiled(item.children, place, then))
        entry = Ref(self._sheet.node_names.new(name))
        place = self._place(entry, then, name, scope)
        put = {
            "field": self._field,
            "record": self._record,
            "transfer": self._transfer,
            "subdialog": self._subdialog,
        }.get(item.name)
        if put is None:
            self._sheet.findings.lost(item.line, f"<{item.name}>")
            return then
        return put(item, entry, place, then)

    def _flagged(self, flag: str | None, label: str, then: Ref) -> Ref:
        """Put down that an item is filled, before what comes of it."""
        if flag is None:
            return then
        node = {"kind": "set", "values": {flag: "true"}, "to": then}
        return self._sheet.add(f"{label}_filled", node)

    def _filled(self, item: Element, place: Place, then: Ref) -> Ref:
        """What comes of an item's value."""
        after = filled(item, place, then)
        return self._flagged(self._flags.get(item.get("name")), place.label, after)

    # ------------------------------------------------------------ kinds of items

    def _field(self, field: Element, entry: Ref, place: Place, then: Ref) -> Ref:
        sheet = self._sheet
        first, later = question(field, place)
        slot = slot_of(field, place)
        by_keys_only = slot.pop("by_keys_only", False) or _keys_only(place.scope)
        name = sheet.value_name(field.get("name") or f"{self._label}_field")
        if name in sheet.slots and sheet.slots[name] != slot:
            what = f"another field {field.get('name')} of another type"
            sheet.findings.changed(field.line, what, "give one of them another name")
        sheet.slots[name] = slot
        node: dict[str, Any] = {"kind": "ask", "slots": {name: {}}}
        if by_keys_only and slot["type"] == "digits":
            node = {"kind": "digits", "slot": name}
            termchar = place.scope.property("termchar")
            if termchar is not None:
                node["terminators"] = termchar[0]
        node["prompt"] = written(first) if first else None
        node["again"] = written(later) if later else None
        node |= listening(place, place.scope)
        return sheet.put(entry, node | {"to": self._filled(field, place, then)})

    def _record(self, record: Element, entry: Ref, place: Place, then: Ref) -> Ref:
        name = self._sheet.value_name(record.get("name") or "message")
        first, _ = question(record, place)
        node = {
            "kind": "record",
            "mailbox": name,
            "prompt": written(first) if first else None,
            "beep": record.get("beep", "false") == "true",
            "max": record.get("maxtime") or None,
            "silence": record.get("finalsilence") or None,
            "save": name,
            "outcomes": {
                "recorded": self._filled(record, place, then),
                "empty": thrown("noinput", place, record.line),
            },
        }
        if record.get("dtmfterm") == "false":
            node["terminators"] = ""
        return self._sheet.put(entry, node)

    def _transfer(self, transfer: Element, entry: Ref, place: Place, then: Ref) -> Ref:
        sheet = self._sheet
        name = sheet.value_name(transfer.get("name") or "transferred")
        after = self._filled(transfer, place, then)
        is_bridge = transfer.get("bridge") == "true" or transfer.get("type", "blind") != "blind"

        def ended(result: str) -> Ref:
            node = {"kind": "set", "values": {name: f'"{result}"'}, "to": after}
            return sheet.add(f"{entry}_{result}", node)

        outcomes = {
            "no_answer": ended("noanswer"),
            "busy": ended("busy"),
            "failed": ended("unknown"),
        }
        if is_bridge:
            outcomes["done"] = ended("far_end_disconnect")
        first, _ = question(transfer, place)
        return sheet.put(
            entry,
            {
                "kind": "transfer",
                "mode": "dial" if is_bridge else "blind",
                "prompt": written(first) if first else None,
                "target": self._destination(transfer),
                "ring_time": transfer.get("connecttimeout") or None if is_bridge else None,
                "outcomes": outcomes,
            },
        )

    def _destination(self, transfer: Element) -> str:
        target = transfer.get("dest")
        if target.startswith(("sip:", "sips:")):
            return target
        name = plain_name(target.removeprefix("tel:"), "number") if target else "number"
        where = target or "a computed destination"
        hint = f"name {name} under [destinations] of hotline.toml"
        self._sheet.findings.changed(transfer.line, f"the destination {where}", hint)
        return name

    def _subdialog(self, element: Element, entry: Ref, place: Place, then: Ref) -> Ref:
        sheet = self._sheet
        flow = self._outside.subflow(element.get("src"), element.line)
        after = self._filled(element, place, then)
        if flow is None:
            return sheet.promise("trouble")
        given = {
            plain_name(bare(p.get("name")), "value"): sheet.expression(
                p.get("expr") or f"'{p.get('value')}'", p.line, "null"
            )
            for p in element.elements("param")
        }
        node = {"kind": "call", "flow": flow, "with": given, "exits": {DONE: after}}
        prefix = element.get("name") + "."
        node["save"] = {"": prefix}  # Filled in when all variables are known.
        return sheet.put(entry, node)


def _jumps(element: Element) -> bool:
    """Whether items of a form may be visited out of their order."""
    if element.name == "clear" or (element.name == "goto" and element.get("nextitem")):
        return True
    return any(_jumps(child) for child in element.elements())


def _keys_only(scope: Scope) -> bool:
    modes = scope.property("inputmodes")
    return modes is not None and modes[0].split() == ["dtmf"]

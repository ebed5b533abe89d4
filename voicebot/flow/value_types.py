"""The types that the values of a flow have in expressions, as far as they can be told."""

from __future__ import annotations

from voicebot.flow.expression_types import CLOCK_TYPES, TypeOf, of_slot
from voicebot.flow.expressions.functions.function import TEXT
from voicebot.flow.flow import Flow

_ROUNDS = 4
"""Values that are computed from each other: further ones are of any type."""


def types_of(flow: Flow) -> TypeOf:
    """Name -> type; None where only a call can tell."""
    known: dict[str, str | None] = {n: of_slot(slot.type) for n, slot in flow.slots.items()}
    for name, parameter in flow.file.parameters.items():
        kind = parameter.slot_type
        known.setdefault(name, of_slot(kind) if kind else None)

    def type_of(path: str) -> str | None:
        head, _, rest = path.partition(".")
        if head in known:
            return None if rest else known[head]
        if head == "call":
            return TEXT
        if head == "customer" and not flow.has(head):
            return flow.settings.customers.type_of(rest)
        return None if rest or flow.has(head) else CLOCK_TYPES.get(head)

    declared = set(known)
    for _ in range(_ROUNDS):
        found = _computed(flow, type_of)
        changed = {n: t for n, t in found.items() if n not in declared and known.get(n) != t}
        known.update(changed)
        if not changed:
            break
    return type_of


def _computed(flow: Flow, type_of: TypeOf) -> dict[str, str | None]:
    """What nodes give; None where two give values of different types."""
    found: dict[str, str | None] = {}
    for node in flow.nodes.values():
        given = {str(name): None for name in node.kept()} | dict(node.types(type_of))
        for name, kind in given.items():
            found[name] = kind if found.get(name, kind) == kind else None
    return found

"""Values that are read before anything gave them one.

A must-analysis over the ways: a value is there at a node if every way that leads to it brings it.
Branches narrow: behind `if: defined(x)` there is an x. What is asked in a condition may be missing
(`x == null`, `default(x, 0)`, `x >= 3` is false then); what is said, sent or reckoned with may not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voicebot.flow.asking import Asking
from voicebot.flow.base import Expression, Marked, Path, PromptRef, TagTemplate, Template, marked
from voicebot.flow.clock import CLOCK
from voicebot.flow.expressions import Apply, Binary, Items, Literal, Name, Tree, Unary, parse
from voicebot.flow.flow import Node
from voicebot.flow.kinds.branch import BranchNode
from voicebot.flow.report import Report
from voicebot.flow.templates import Mark, parse_template
from voicebot.flow.ways import Way

Names = frozenset[str]
NONE: Names = frozenset()
_GIVEN = frozenset({"call", "value", "position", "wait", "body", "status", *CLOCK})
"""Names with a value of their own."""
_ORDERS = ("<", "<=", ">", ">=", "in")
_SUMS = ("+", "-", "*", "/")


def check_unset(report: Report) -> None:
    """Names without a value, each node's first use of one."""
    ways = {name: _narrowed(report, name, out) for name, out in report.ways.items()}
    start = str(report.flow.file.start)
    there = _there(report, ways, start)
    declared = {name for out in ways.values() for way in out for name in way.gives}
    for node in report.flow.nodes.values():
        declared |= set(node.asked) if isinstance(node, Asking) else set()
    for name, known in there.items():
        told: set[str] = set()
        for use in _uses(report, name, known):
            if use.name in told or use.name not in declared or use.name in _GIVEN:
                continue
            if use.name == "customer" and not report.flow.has("customer"):
                continue  # The profile, which has empty values where nobody is known.
            told.add(use.name)
            trail = _trail(ways, report, start, name, use.name)
            message = f"{use.name} may have no value here"
            hint = f"by way of {' > '.join(trail)} nothing gives it one; ask for it first"
            report.add(use.path, "unset-value", message, hint, offset=use.offset, is_warning=True)


# ---------------------------------------------------------------- what is there


def _narrowed(report: Report, name: str, out: list[Way]) -> list[Way]:
    """The ways of a branch with what its conditions say."""
    node = report.flow.nodes[name]
    if not isinstance(node, BranchNode):
        return out
    passed = NONE
    gives: dict[str, Names] = {}
    for count, when in enumerate(node.when, 1):
        tree = parse(when.condition)
        gives[f"if {count}"] = passed | defined_if(tree, holds=True)
        passed |= defined_if(tree, holds=False)
    gives["else"] = passed
    return [
        Way(w.source, w.target, w.path, w.name, w.is_shared, w.gives | gives.get(w.name, NONE))
        for w in out
    ]


def _there(report: Report, ways: Mapping[str, list[Way]], start: str) -> dict[str, Names]:
    """Node -> what surely has a value on entry; only nodes that can be reached."""
    there: dict[str, Names] = {start: frozenset(map(str, report.flow.file.parameters))}
    waiting = deque([start])
    while waiting:
        name = waiting.popleft()
        for way in ways[name]:
            brings = _kept(report.flow.nodes[name], there[name]) | way.gives
            before = there.get(way.target)
            after = brings if before is None else before & brings
            if after != before:
                there[way.target] = after
                waiting.append(way.target)
    return there


def _kept(node: Node, known: Names) -> Names:
    """What is left of the values while the node does its work: ask forgets what it asks for."""
    if isinstance(node, Asking) and not node.keeps:
        return known - set(node.asked)
    return known


def _trail(
    ways: Mapping[str, list[Way]], report: Report, start: str, end: str, name: str
) -> list[str]:
    """A shortest walk to a node on which nothing gives the value."""
    came: dict[tuple[str, bool], tuple[str, bool]] = {}
    waiting = deque([(start, False)])
    while waiting:
        at = waiting.popleft()
        if at == (end, False) and (at in came or start == end):
            break
        for way in ways[at[0]]:
            kept = name in _kept(report.flow.nodes[at[0]], frozenset({name} if at[1] else ()))
            then = (way.target, kept or name in way.gives)
            if then not in came and then != (start, False):
                came[then] = at
                waiting.append(then)
    trail, at = [end], (end, False)
    while at in came:
        at = came[at]
        trail.insert(0, at[0])
    return trail if len(trail) <= 6 else [*trail[:2], "…", *trail[-3:]]


# ---------------------------------------------------------------- what is read


@dataclass(frozen=True, slots=True)
class _Use:
    path: Path
    name: str
    offset: int


def _uses(report: Report, name: str, known: Names) -> Iterator[_Use]:
    """Reads of a value that is not there."""
    node = report.flow.nodes[name]
    own = frozenset(node.asked) if isinstance(node, Asking) else NONE
    for path, value in marked(node):
        if _is_loose(path, value):
            continue
        where = ("nodes", name, *path)
        for head, offset in _read(report, value, known):
            if head not in known and head not in own:
                yield _Use(where, head, offset)
        if path[:1] == ("values",):  # Set in order: the next may use it.
            known |= {str(path[1])}


def _is_loose(path: Path, value: Marked) -> bool:
    """What is left blank without harm: tags, and what an agent is told."""
    return isinstance(value, TagTemplate) or "summary" in path


def _read(report: Report, value: Marked, known: Names) -> Iterator[tuple[str, int]]:
    if isinstance(value, Expression):
        for name in needed(parse(value), known):
            yield name.path.partition(".")[0], name.offset
    elif isinstance(value, PromptRef):
        is_id = value in report.flow.texts.prompts
        for mark in (mark for text in report.flow.texts.wordings(value) for mark in _marks(text)):
            yield mark.name.partition(".")[0], 0 if is_id else mark.offset
    elif isinstance(value, Template):
        for mark in _marks(value):
            yield mark.name.partition(".")[0], mark.offset


def _marks(text: str) -> Iterator[Mark]:
    return (part for part in parse_template(text) if isinstance(part, Mark))


# ---------------------------------------------------------------- expressions


def needed(tree: Tree, known: Names) -> Iterator[Name]:
    """Names that must have a value for the expression to have one, and may not."""
    match tree:
        case Binary("and", left, right):
            yield from needed(left, known)
            yield from needed(right, known | defined_if(left, holds=True))
        case Binary("or", left, right):
            yield from needed(left, known)
            yield from needed(right, known | defined_if(left, holds=False))
        case Binary(sign, left, right):
            for part in (left, right):
                if sign in _SUMS and isinstance(part, Name):
                    yield from _unless_known(part, known)
                yield from needed(part, known)
        case Unary(sign, operand):
            if sign == "-" and isinstance(operand, Name):
                yield from _unless_known(operand, known)
            yield from needed(operand, known)
        case Apply(_, parts) | Items(parts):
            for part in parts:
                yield from needed(part, known)
        case _:
            return


def _unless_known(name: Name, known: Names) -> Iterator[Name]:
    if name.path.partition(".")[0] not in known:
        yield name


def defined_if(tree: Tree, *, holds: bool) -> Names:
    """Names that have a value where the expression holds (or where it does not)."""
    match tree:
        case Name(path):
            return frozenset({path.partition(".")[0]}) if holds else NONE
        case Unary("not", operand):
            return defined_if(operand, holds=not holds)
        case Binary(("and" | "or") as sign, left, right):
            both = defined_if(left, holds=holds), defined_if(right, holds=holds)
            return both[0] | both[1] if holds == (sign == "and") else both[0] & both[1]
        case Binary(("==" | "!=") as sign, left, right):
            return _compared(left, right, is_same=holds == (sign == "=="))
        case Binary(sign, left, right) if holds and sign in _ORDERS:
            return _heads(left) | _heads(right)
        case Apply("defined", (inner,)) if holds:
            return _heads(inner)
        case _:
            return NONE


def _compared(left: Tree, right: Tree, *, is_same: bool) -> Names:
    for one, other in ((left, right), (right, left)):
        if isinstance(other, Literal):
            # The same as something, or not the same as nothing.
            return _heads(one) if is_same == (other.value is not None) else NONE
    return NONE


def _heads(tree: Tree) -> Names:
    return frozenset({tree.path.partition(".")[0]}) if isinstance(tree, Name) else NONE

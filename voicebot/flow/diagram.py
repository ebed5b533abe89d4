"""A flow as a picture: text for Graphviz's `dot`.

What every node may do (global commands, the error path) is drawn once, in a corner, and not at each
node; a node that many ways lead to is named in the boxes that lead there instead of by lines across
the page. So a flow of a hundred nodes can still be read. Flows that it calls stand in boxes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

from voicebot.flow.base import Prompts
from voicebot.flow.diagram_looks import FAINT, FONT, INK, LOOKS, PLAIN, cut, lines_of, quoted, small
from voicebot.flow.flow import Flow, Node
from voicebot.flow.lints.traits import kind_of, other_flow
from voicebot.flow.ways import Way, ways_of

_HUB = 4
"""A node that more ways lead to is named instead of drawn to."""
_WIDTH = 34
"""Characters of a line in a box."""


@dataclass(frozen=True, slots=True)
class Stats:
    """What calls did, as their journals have it; nodes of other flows as `flow/node`."""

    calls: int = 0
    visits: Mapping[str, int] = field(default_factory=dict)
    """Node -> how often calls came to it."""
    left: Mapping[str, int] = field(default_factory=dict)
    """Node -> calls in which the caller hung up there."""
    moves: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(node, next node) -> how often."""


def dot_of(flow: Flow, *, with_errors: bool = True, stats: Stats | None = None) -> str:
    """The picture of a flow and of those that it calls."""
    lines = [
        f'digraph "{flow.name}" {{',
        f"  graph [rankdir=TB, compound=true, nodesep=0.25, ranksep=0.45, {FONT}, fontsize=16,"
        f' fontcolor="{INK}", labelloc=t, labeljust=l, pad=0.3, label={_title(flow, stats)}];',
        f'  node [{FONT}, fontsize=11, color="#6b7a89", fontcolor="{INK}", margin="0.09,0.05"];',
        f'  edge [{FONT}, fontsize=9, color="#55636f", fontcolor="#55636f", arrowsize=0.7];',
    ]
    drawn = list(_called(flow))
    for one in drawn:
        part = _Part(one, "" if one is flow else f"{one.name}/", stats, with_errors=with_errors)
        lines += part.inside() if one is flow else _boxed(one, part.inside())
    for one in drawn:
        prefix = "" if one is flow else f"{one.name}/"
        lines += _joints(one, prefix, {other.name for other in drawn} - {flow.name})
    return "\n".join([*lines, "}", ""])


def _title(flow: Flow, stats: Stats | None) -> str:
    about = escape(flow.file.description)
    rows = [f"<b>{escape(flow.name)}</b>", *([about] if about else [])]
    if stats is not None:
        rows.append(f"{stats.calls} calls: visits, and how many hung up there")
    return "<" + '<br align="left"/>'.join(rows) + '<br align="left"/>>'


def _called(flow: Flow) -> Iterator[Flow]:
    """The flow and those that it calls, each once."""
    found: dict[str, Flow] = {}
    waiting = [flow]
    while waiting:
        one = waiting.pop(0)
        if one.name in found:
            continue
        found[one.name] = one
        names = [other_flow(node) for node in one.nodes.values() if kind_of(node) == "call"]
        waiting += [other for name in names if name and (other := one.find(name)) is not None]
    yield from found.values()


def _boxed(flow: Flow, lines: Iterable[str]) -> list[str]:
    head = f'    label=<<b>{escape(flow.name)}</b>>; style="rounded,filled"; fillcolor="#fafbfc";'
    inside = ("  " + line for line in lines)
    return [f'  subgraph "cluster_{flow.name}" {{', f'{head} color="{FAINT}";', *inside, "  }"]


def _joints(flow: Flow, prefix: str, drawn: set[str]) -> Iterator[str]:
    """From a node to the flow that it calls; not where many do, whose boxes name it anyway."""
    called = Counter(other_flow(node) for node in flow.nodes.values())
    drawn = {name for name in drawn if called[name] <= _HUB}
    for name, node in flow.nodes.items():
        other = other_flow(node)
        inner = flow.find(other) if other in drawn else None
        if inner is not None:
            at = f"{other}/{inner.file.start}"
            yield (
                f'  "{prefix}{name}" -> "{at}" [style=dotted, arrowhead=empty, '
                f'lhead="cluster_{other}", color="#7a5ea8"];'
            )


class _Part:
    """One flow's nodes and ways."""

    def __init__(self, flow: Flow, prefix: str, stats: Stats | None, *, with_errors: bool) -> None:
        self.flow, self.prefix, self.stats = flow, prefix, stats
        own = [way for out in ways_of(flow).values() for way in out if not way.is_shared]
        self.ways = [way for way in own if with_errors or not way.is_trouble]
        pairs = {(way.source, way.target) for way in self.ways}
        coming = Counter(target for source, target in pairs if source != target)
        self.hubs = {name for name, count in coming.items() if count > _HUB}
        self.with_errors = with_errors

    def inside(self) -> Iterator[str]:
        """Lines of the nodes, of the corner, and of the ways."""
        yield from (self._node(name, node) for name, node in self.flow.nodes.items())
        yield from self._corner()
        yield f'  {{ rank=source; "{self.prefix}{self.flow.file.start}" }}'
        yield from self._edges()

    # ------------------------------------------------------------ nodes

    def _node(self, name: str, node: Node) -> str:
        look = LOOKS.get(kind_of(node), PLAIN)
        fill = look.fill
        is_start = name == self.flow.file.start
        rows = [f'<font point-size="9" color="#66727e">{escape(kind_of(node))}</font> '
                f"<b>{escape(name)}</b>"]  # fmt: skip
        if look.shape != "diamond" and (gist := _gist(self.flow, node)):
            rows.append(f'<font point-size="9">{escape(gist)}</font>')
        rows += [small(text, "#55636f") for text in self._named(name, trouble=False)]
        rows += [small(text, FAINT) for text in self._named(name, trouble=True)]
        extra = ", penwidth=2.2" if is_start else ""
        if self.stats is not None:
            rows.append(self._figures(name))
            fill = self._heat(name)
        label = "<br/>".join(rows)
        return (
            f'  "{self.prefix}{name}" [shape={look.shape}, style="{look.style}", '
            f'fillcolor="{fill}", margin="{look.margin}"{extra}, label=<{label}>];'
        )

    def _named(self, name: str, *, trouble: bool) -> Iterator[str]:
        """Ways to hubs, as lines in the box."""
        by_target: dict[str, list[str]] = {}
        for way in self.ways:
            if way.source == name and self._is_far(way) and way.is_trouble == trouble:
                by_target.setdefault(way.target, []).append(_label(self.flow, way))
        for target, labels in by_target.items():
            said = ", ".join(label for label in dict.fromkeys(labels) if label)
            yield cut(f"{said} → {target}" if said else f"→ {target}", _WIDTH + 8)

    def _is_far(self, way: Way) -> bool:
        """Whether the way is named instead of drawn."""
        return way.target in self.hubs and way.source != self.flow.file.start

    def _figures(self, name: str) -> str:
        assert self.stats is not None
        at = self.prefix + name
        visits, left = self.stats.visits.get(at, 0), self.stats.left.get(at, 0)
        if not visits:
            return small("never visited", FAINT)
        share = f" · {left} left, {left / visits:.0%}" if left else ""
        return f'<font point-size="10" color="#a3261b"><b>{visits}</b>{share}</font>'

    def _heat(self, name: str) -> str:
        """From white to red with the share of visits in which the caller hung up."""
        assert self.stats is not None
        at = self.prefix + name
        visits = self.stats.visits.get(at, 0)
        if not visits:
            return "#ffffff"
        share = min(self.stats.left.get(at, 0) / visits, 0.5) * 2
        if not share:
            return "#eef4ea"
        rest = round(232 - 150 * share)
        return f"#ff{rest:02x}{max(rest - 12, 0):02x}"

    def _corner(self) -> Iterator[str]:
        """What may happen anywhere."""
        rows = [
            f"{name}{f' ({command.key})' if command.key else ''} → {command.to}"
            f"{' and back' if command.returns else ''}"
            for name, command in self.flow.file.globals.items()
            if command.to
        ]
        if self.with_errors:
            for kind in ("no_input", "no_match"):
                for count, reaction in enumerate(getattr(self.flow.file, kind), 1):
                    rows += [f"{kind} {count} → {reaction.to}"] if reaction.to else []
            if self.flow.file.on_error:
                rows.append(f"error → {self.flow.file.on_error}")
        if rows:
            text = "".join(f'{escape(row)}<br align="left"/>' for row in ["anywhere:", *rows])
            yield (
                f'  "{self.prefix}*" [shape=note, style=filled, fillcolor="#ffffff", '
                f'color="{FAINT}", fontsize=9, label=<{text}>];'
            )

    # ------------------------------------------------------------ ways

    def _edges(self) -> Iterator[str]:
        joined: dict[tuple[str, str, bool], list[str]] = {}
        for way in self.ways:
            if not self._is_far(way):
                key = (way.source, way.target, way.is_trouble)
                joined.setdefault(key, []).append(_label(self.flow, way))
        for (source, target, is_trouble), labels in joined.items():
            text = "\n".join(lines_of([label for label in dict.fromkeys(labels) if label]))
            style = [f'label="{quoted(text)}"'] if text else []
            if is_trouble:
                style += ["style=dashed", f'color="{FAINT}"', f'fontcolor="{FAINT}"', "weight=0"]
            elif self.stats is not None:
                style += self._traffic(source, target)
            ends = f'"{self.prefix}{source}" -> "{self.prefix}{target}"'
            yield f"  {ends} [{', '.join(style)}];" if style else f"  {ends};"

    def _traffic(self, source: str, target: str) -> list[str]:
        assert self.stats is not None
        moves = self.stats.moves.get((self.prefix + source, self.prefix + target), 0)
        most = max(self.stats.moves.values(), default=1)
        return [f"penwidth={0.6 + 4 * moves / most:.2f}"]


def _label(flow: Flow, way: Way) -> str:
    """Short: what decides, and nothing where there is only one way."""
    node = flow.nodes[way.source]
    if way.name == "to":
        return ""
    choice = (getattr(node, "choices", None) or {}).get(way.name)
    if choice is not None:
        return f"{choice.key} {way.name}" if choice.key else way.name
    when = getattr(node, "when", ())
    if way.name.startswith("if ") and when:
        return cut(str(when[int(way.name[3:]) - 1].condition), 28)
    return way.name


def _gist(flow: Flow, node: Node) -> str:
    """A few words of what the node does."""
    asked = getattr(node, "url", None)
    if asked is not None:
        return cut(f"{getattr(node, 'method', '')} {asked}".strip(), _WIDTH)
    for name in ("queue", "target", "flow"):
        if value := getattr(node, name, None):
            return cut(str(value), _WIDTH)
    prompts: Prompts = getattr(node, "prompt", ())
    if prompts:
        return cut(flow.texts.text(prompts[0])[1], _WIDTH)
    values = getattr(node, "values", None)
    if isinstance(values, Mapping):
        return cut(", ".join(f"{name} = {text}" for name, text in values.items()), _WIDTH)
    slots = getattr(node, "slots", None)
    return cut(", ".join(map(str, slots)), _WIDTH) if slots else ""

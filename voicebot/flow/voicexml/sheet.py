"""The flow that is being written: nodes, slots, prompts and values, and names for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from voicebot.flow.voicexml.expressions import Untranslatable, expression
from voicebot.flow.voicexml.findings import Findings
from voicebot.flow.voicexml.names import Namer, Ref, plain_name

FALSE = "false"
RESERVED = frozenset(
    {"call", "caller", "now", "today", "time", "weekday", "body", "status", "value", "position"}
    | {"true", "false", "null", "and", "or", "not", "in"}
)
"""What our expressions have a meaning for already."""


@dataclass(slots=True)
class Sheet:
    """One flow in the making."""

    name: str
    findings: Findings
    language: str = "en"
    given: frozenset[str] = frozenset()
    """Values that whoever calls the flow gives."""
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    slots: dict[str, dict[str, Any]] = field(default_factory=dict)
    options: dict[str, dict[str, str]] = field(default_factory=dict)
    """Slot -> the value that VoiceXML has -> the option's name."""
    prompts: dict[str, str] = field(default_factory=dict)
    backends: dict[str, str] = field(default_factory=dict)
    globals: dict[str, dict[str, Any]] = field(default_factory=dict)
    results: dict[str, None] = field(default_factory=dict)
    exits: dict[str, None] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)
    """A node's name -> the node that it turned out to be."""
    node_names: Namer = field(default_factory=Namer)
    value_names: Namer = field(default_factory=lambda: Namer(set(RESERVED)))

    # ------------------------------------------------------------ nodes

    def add(self, hint: str, node: Mapping[str, Any]) -> Ref:
        """A node with a name of its own."""
        return self.put(Ref(self.node_names.new(hint, "node")), node)

    def put(self, name: Ref, node: Mapping[str, Any]) -> Ref:
        """A node with a name that was promised."""
        self.nodes[name] = {
            key: value for key, value in node.items() if value not in (None, [], {})
        }
        return name

    def promise(self, key: str) -> Ref:
        """The name of a node that will be there."""
        return Ref(self.node_names.of(key, "node"))

    def settle(self, promised: Ref, real: Ref) -> None:
        """A promised node turned out to be another."""
        if promised != real:
            self.same[promised] = real

    def rename(self, promised: Ref) -> None:
        """Give a promised name to the node that it turned out to be, so that it reads well."""
        real = self.real(promised)
        if real == promised or real not in self.nodes or real in self.node_names.known.values():
            return
        del self.same[promised]
        self.nodes[promised] = self.nodes.pop(real)
        self.same[real] = promised

    def real(self, name: str) -> str:
        """The node that a name stands for; of names that stand for each other, the first."""
        seen: set[str] = set()
        while name in self.same and name not in seen:
            seen.add(name)
            name = self.same[name]
        return str(name)

    def reached(self, starts: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The nodes that can be reached, in the order in which a call comes to them, with every
        name settled."""
        found: dict[str, dict[str, Any]] = {}
        waiting = [self.real(name) for name in starts]
        while waiting:
            name = waiting.pop(0)
            if name in found or name not in self.nodes:
                continue
            node = self.nodes[name]
            found[name] = settled(node, self.real)
            waiting = [*(self.real(ref) for ref in refs_in(node)), *waiting]
        return found

    # ------------------------------------------------------------ values

    def value_name(self, variable: str) -> str:
        """Our name of a variable; a result of a subdialog (`login.code`) is `login_code`."""
        return self.value_names.of(variable, "value")

    def option_of(self, variable: str, text: str) -> str | None:
        """The option that a text stands for, where the variable is a choice."""
        return self.options.get(self.value_name(variable), {}).get(text)

    def expression(self, text: str, line: int, otherwise: str = FALSE) -> str:
        """Ours for one of theirs; `otherwise`, and a finding, where there is none."""
        try:
            return expression(text, self.value_name, self.option_of)
        except Untranslatable as error:
            what = f"`{' '.join(text.split())}`: {error} is not translated"
            self.findings.lost(line, what, f"{otherwise} stands in its place")
            return otherwise

    # ------------------------------------------------------------ back ends

    def backend(self, url: str, line: int) -> tuple[str, str]:
        """(name of the back end, path) for an address."""
        parts = urlsplit(url)
        path = "/" + parts.path.lstrip("/")
        base = f"{parts.scheme}://{parts.netloc}" if parts.netloc else "http://127.0.0.1:8091"
        if not parts.netloc:
            self.findings.changed(line, f"{url} has no host", "set the back end's url")
        for name, known in self.backends.items():
            if known == base:
                return name, path
        host = parts.hostname or "backend"
        name = plain_name(host.split(".")[0] if not host[0].isdigit() else "backend", "backend")
        while name in self.backends:
            name += "_2"
        self.backends[name] = base
        return name, path

    def recording(self, source: str, fallback: str, line: int) -> str:
        """The id of the prompt for an audio file."""
        stem = PurePosixPath(urlsplit(source).path).stem
        name = plain_name(stem, "audio")
        text = fallback or stem.replace("_", " ").replace("-", " ")
        if name not in self.prompts:
            self.prompts[name] = text
            self.findings.note(
                line, f"the recording {source}", f"put it at prompts/LANGUAGE/{name}.wav"
            )
        if not fallback:
            self.findings.changed(line, f"{source} has no text", f"write the text of {name}")
        return name


def refs_in(value: Any) -> Iterator[Ref]:
    """Every node that is named in something."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from refs_in(item)


def settled(value: Any, real: Callable[[str], str]) -> Any:
    """With every name of a node replaced by that of the node which is meant."""
    if isinstance(value, Ref):
        return real(value)
    if isinstance(value, dict):
        return {key: settled(item, real) for key, item in value.items()}
    if isinstance(value, list):
        return [settled(item, real) for item in value]
    return value

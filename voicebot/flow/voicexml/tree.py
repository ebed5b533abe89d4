"""XML as a tree that knows its lines. Entities of the document's own are refused, and nothing is
fetched: a document may come from anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

MAX_BYTES = 2_000_000
MAX_DEPTH = 60


class TreeError(ValueError):
    """Not XML that is read here; `line` counts from 1."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


@dataclass(slots=True)
class Element:
    """One element; names without their namespaces' prefixes."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return self.attributes.get(name, default)

    def elements(self, *names: str) -> Iterator[Element]:
        """Children that are elements, of some names if any are given."""
        for child in self.children:
            if isinstance(child, Element) and (not names or child.name in names):
                yield child

    def first(self, name: str) -> Element | None:
        """The first child of a name."""
        return next(self.elements(name), None)

    @property
    def own_text(self) -> str:
        """Text that is not within further elements, blanks made one."""
        return " ".join(" ".join(c for c in self.children if isinstance(c, str)).split())

    @property
    def text(self) -> str:
        """All text in it, blanks made one."""
        parts = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join("".join(parts).split())


@dataclass(slots=True)
class _Builder:
    parser: expat.XMLParserType
    stack: list[Element] = field(default_factory=list)
    root: Element | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.stack) >= MAX_DEPTH:
            line = self.parser.CurrentLineNumber
            raise TreeError(f"nested more than {MAX_DEPTH} deep", line)
        plain = {_plain(key): value for key, value in attributes.items()}
        element = Element(_plain(name), self.parser.CurrentLineNumber, plain)
        if self.stack:
            self.stack[-1].children.append(element)
        elif self.root is None:
            self.root = element
        self.stack.append(element)

    def end(self, name: str) -> None:
        self.stack.pop()

    def text(self, data: str) -> None:
        if not self.stack:
            return
        children = self.stack[-1].children
        if children and isinstance(children[-1], str):
            children[-1] += data
        else:
            children.append(data)

    def entity(self, *declaration: object) -> None:
        raise TreeError("entities of its own are not read", self.parser.CurrentLineNumber)


def parse(data: bytes) -> Element:
    """The root of a document. Raises `TreeError`."""
    if len(data) > MAX_BYTES:
        raise TreeError(f"the file has more than {MAX_BYTES} bytes")
    parser = expat.ParserCreate()
    builder = _Builder(parser)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.EntityDeclHandler = builder.entity
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        message = expat.errors.messages.get(error.code, "not well-formed")
        raise TreeError(f"not XML: {message}", error.lineno) from error
    except (LookupError, ValueError) as error:
        if isinstance(error, TreeError):
            raise
        raise TreeError("an encoding that is not known") from error
    if builder.root is None:
        raise TreeError("there is nothing in it")
    return builder.root


def _plain(name: str) -> str:
    """`xml:lang` stays, `vxml:form` is `form`."""
    prefix, _, rest = name.rpartition(":")
    return name if prefix in ("xml", "") else rest

"""What http and notify nodes send: addresses, headers and bodies with values in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from voicebot.core.secret_marks import with_marks
from voicebot.flow.base import Template
from voicebot.flow.model import Backend
from voicebot.flow.templates import fill
from voicebot.flow.values import written
from voicebot.flow.walk import Walk


def backend_of(walk: Walk, name: str | None) -> Backend:
    """The named back end, or the flow's only one."""
    return walk.flow.backends[name or next(iter(walk.flow.backends))]


def address(walk: Walk, backend: Backend, path: str, query: Mapping[str, str] | None = None) -> str:
    """The whole URL; values are percent-encoded, empty ones of the query left out."""
    url = backend.url.rstrip("/") + fill(
        path, lambda m: quote(written(walk.lookup(m.name)), safe="")
    )
    filled = {key: filled_in(walk, text) for key, text in (query or {}).items()}
    shown = urlencode({key: text for key, text in filled.items() if text}, quote_via=quote)
    return f"{url}{'&' if '?' in url else '?'}{shown}" if shown else url


def headers(walk: Walk, backend: Backend, own: Mapping[str, str]) -> dict[str, str]:
    """The back end's headers and a node's own; secrets by marks."""
    return {name: _header(walk, text) for name, text in {**backend.headers, **own}.items()}


def filled_in(walk: Walk, text: str) -> str:
    """A text with its values, as they are."""
    return fill(text, lambda mark: written(walk.lookup(mark.name)))


def with_templates(value: Any, cls: type[Template] = Template) -> Any:
    """A JSON value whose texts are templates of a class."""
    if isinstance(value, dict):
        return {key: with_templates(item, cls) for key, item in value.items()}
    if isinstance(value, list):
        return [with_templates(item, cls) for item in value]
    return cls(value) if isinstance(value, str) and value else value


def _header(walk: Walk, text: str) -> str:
    """A line of text: nothing in a value ends it, or passes for the mark of a secret."""

    def line(value: str) -> str:
        return "".join(char for char in value if char.isprintable())

    return fill(with_marks(text), lambda mark: line(written(walk.lookup(mark.name))))

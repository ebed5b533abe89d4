"""pydantic's errors in the operator's words: line, column, and the name that was probably meant."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Collection, Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from voicebot.core.errors import Problem
from voicebot.flow.base import Path
from voicebot.flow.document import Document

_CODES = {
    "extra_forbidden": "unknown-key",
    "missing": "missing-key",
    "union_tag_invalid": "unknown-kind",
    "union_tag_not_found": "missing-kind",
    "enum": "bad-value",
    "literal_error": "bad-value",
}


def did_you_mean(name: str, known: Collection[str]) -> str:
    """A hint with the nearest known name, or the empty string."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else ""


def problems_of(
    error: ValidationError, document: Document, model: type[BaseModel]
) -> Iterator[Problem]:
    """Every error as a problem at its place in the file."""
    for item in error.errors(include_url=False, include_input=False):
        path, holders = _walk(item["loc"], document.data, model)
        code = _CODES.get(item["type"], "bad-value")
        message, hint = _words(item, path, holders)
        yield Problem(document.file, *document.place(path), code, message, hint)


def _words(item: Any, path: Path, holders: list[type[BaseModel]]) -> tuple[str, str]:
    name = str(item["loc"][-1]) if item["loc"] else ""
    kind, context = item["type"], item.get("ctx", {})
    if kind == "extra_forbidden":
        keys = [f.alias or n for m in holders for n, f in m.model_fields.items()]
        hint = did_you_mean(name, keys) or "known here: " + ", ".join(dict.fromkeys(keys))
        return f"{name} is not known here", hint
    if kind == "missing":
        return f"{name} is missing", _description(name, holders)
    if kind == "union_tag_invalid":
        kinds = [k.strip("'") for k in context["expected_tags"].split(", ")]
        hint = did_you_mean(context["tag"], kinds) or "there are: " + ", ".join(kinds)
        return f"there is no kind of node {context['tag']}", hint
    if kind == "union_tag_not_found":
        return "the node has no kind", "write `kind:` with say, menu, ask, ..."
    text = item["msg"].removeprefix("Value error, ")
    where = ".".join(str(part) for part in path[-2:]) or "the file"
    return f"{where}: {text[:1].lower()}{text[1:]}", _description(name, holders)


def _description(name: str, holders: list[type[BaseModel]]) -> str:
    for holder in holders:
        for field_name, field in holder.model_fields.items():
            if name in (field_name, field.alias):
                return field.description or ""
    return ""


def _walk(
    loc: tuple[int | str, ...], data: Any, model: type[BaseModel]
) -> tuple[Path, list[type[BaseModel]]]:
    """The path in the file (without the tags that pydantic adds), and the models that hold it."""
    path: list[int | str] = []
    holders: list[Any] = [model]
    previous: list[Any] = [model]
    for part in loc:
        if not _holds(data, part):
            tagged = [m for m in holders if _has_tag(m, part)]
            holders = tagged or holders
            continue
        data = data[part]
        path.append(part)
        previous, holders = holders, _below(holders, part)
    last_is_name = bool(path) and bool(loc) and path[-1] == loc[-1]
    return tuple(path), _models(previous if last_is_name else holders)


def _models(holders: list[Any]) -> list[type[BaseModel]]:
    return [h for h in holders if isinstance(h, type) and issubclass(h, BaseModel)]


def _holds(data: Any, part: int | str) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, dict) and part in data


def _has_tag(holder: Any, tag: object) -> bool:
    kinds = [model.model_fields.get("kind") for model in _models([holder])]
    return any(kind is not None and tag in typing.get_args(kind.annotation) for kind in kinds)


def _below(holders: list[Any], part: int | str) -> list[Any]:
    found: list[Any] = []
    for holder in holders:
        if _models([holder]):
            fields = holder.model_fields.items()
            found += [f.annotation for n, f in fields if part in (n, f.alias)]
        else:
            found += typing.get_args(holder)[-1:] if typing.get_origin(holder) is dict else []
            found += typing.get_args(holder)[:1] if typing.get_origin(holder) is tuple else []
    return [inner for annotation in found for inner in _unwrapped(annotation)]


def _unwrapped(annotation: Any) -> Iterator[Any]:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _unwrapped(typing.get_args(annotation)[0])
    elif origin in (typing.Union, types.UnionType):
        for option in typing.get_args(annotation):
            yield from _unwrapped(option)
    else:
        yield annotation

"""Writes the reference of the flow language and the schema for editors.

    .venv/bin/python docs/flow_language.py    flow-language.md and ivr_flows/flow.schema.json

Kinds, fields, types, defaults and descriptions are those of the models, codes those of the check;
tests hold the page and the schema to them and run every example.
"""

from __future__ import annotations

import inspect
import sys
import types
import typing
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from voicebot.core.markup import ABOUT
from voicebot.flow import base
from voicebot.flow.codes import CODES, Code
from voicebot.flow.expressions.functions import FUNCTIONS
from voicebot.flow.kinds import AnyNode
from voicebot.flow.model import FlowFile
from voicebot.flow.schema import FILE, schema_text
from voicebot.flow.validate import CALL_FIELDS

sys.path.insert(0, str(Path(__file__).parent))
import flow_examples

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "flow-language.md"
_MARKED = {
    "NodeName": "node",
    "PromptRef": "prompt",
    "Expression": "expression",
    "SlotName": "slot",
    "QueueName": "queue",
    "Destination": "destination",
    "BackendName": "back end",
    "PhrasePattern": "phrase",
    "FlowName": "flow",
    "CalendarName": "calendar",
    "SecretName": "secret",
    "KnowledgeName": "knowledge base",
}
_BY_READER = {"_to_ms": "duration", "_to_keys": "keys", "_from_literal": "expression"}
_BY_READER |= {"from_literal": "expression", "_from_prompt": "prompt, or more"}


# ---------------------------------------------------------------- models in words


def kinds() -> dict[str, type[BaseModel]]:
    """The models of nodes, by kind."""
    models = typing.get_args(typing.get_args(AnyNode)[0])
    return {typing.get_args(m.model_fields["kind"].annotation)[0]: m for m in models}


def rows(model: type[BaseModel], prefix: str = "", seen: tuple[type, ...] = ()) -> Iterator[str]:
    """A row a field, those of models within it below."""
    for name, field in model.model_fields.items():
        written = field.alias or name
        if written == "kind" and not prefix:
            continue
        inner, within = _model_in(field.annotation)
        about = (field.description or "").replace("|", "\\|").replace("\n", " ")
        what = _type(field)
        yield f"| `{prefix}{written}` | {what} | {_default(field)} | {about} |"
        if inner is not None and inner not in (*seen, model) and inner not in SHARED.values():
            yield from rows(inner, f"{prefix}{written}.{within}", (*seen, model))


def _type(field: FieldInfo) -> str:
    readers = [m for m in field.metadata if isinstance(m, BeforeValidator)]
    return _words(field.annotation, *readers)


def _words(annotation: Any, *readers: BeforeValidator) -> str:
    for reader in readers:
        name = getattr(reader.func, "__name__", "")
        if name in _BY_READER:
            return _BY_READER[name]
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        inner = [m for m in arguments[1:] if isinstance(m, BeforeValidator)]
        return _words(arguments[0], *inner)
    if origin is typing.Literal:
        return " \\| ".join(f"`{value}`" for value in arguments)
    if origin in (typing.Union, types.UnionType):
        options = [_words(option) for option in arguments if option is not type(None)]
        return " or ".join(dict.fromkeys(options))
    if origin is dict:
        return f"NAME: {_words(arguments[1])}"
    if origin is tuple:
        one = _words(arguments[0])
        return one + "s" if one in _MARKED.values() else f"list of {one}"
    return _plain_words(annotation)


def _plain_words(annotation: Any) -> str:
    if annotation is Any:
        return "JSON"
    if not isinstance(annotation, type):
        return "text"
    for name, model in SHARED.items():
        if annotation is model:
            return f"[{name}](#{name})"
    if issubclass(annotation, base.Marked):
        return _MARKED.get(annotation.__name__, "text with `{values}`")
    if issubclass(annotation, Enum):
        return " \\| ".join(f"`{item.value}`" for item in annotation)
    simple = {bool: "true \\| false", int: "number", float: "number", str: "text"}
    return simple.get(annotation, "…")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value = field.default
    if value in (None, (), {}, "") or value is PydanticUndefined or isinstance(value, BaseModel):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if any(getattr(m, "func", None) is base._to_ms for m in field.metadata):
        return f"`{value / 1000:g}s`" if value >= 1000 else f"`{value}ms`"
    return f"`{value.value if isinstance(value, Enum) else value}`"


def _model_in(annotation: Any) -> tuple[type[BaseModel] | None, str]:
    """The model that a field holds, and how its fields are written below the field's name."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _model_in(arguments[0])
    if origin is dict:
        found, within = _model_in(arguments[1])
        return found, f"NAME.{within}"
    if origin is tuple:
        found, within = _model_in(arguments[0])
        return found, within
    if origin in (typing.Union, types.UnionType):
        found_ones = [_model_in(option) for option in arguments]
        return next((one for one in found_ones if one[0] is not None), (None, ""))
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return (annotation, "") if is_model else (None, "")


def _shared() -> dict[str, type[BaseModel]]:
    """Models that several places hold: explained once."""
    fields = FlowFile[AnyNode].model_fields
    found = {}
    for name in ("timing", "confidence", "no_input"):
        model, _ = _model_in(fields[name].annotation)
        assert model is not None
        found["reactions" if name == "no_input" else name] = model
    return found


SHARED: dict[str, type[BaseModel]] = {}
SHARED.update(_shared())
_HEAD = "| key | type | default | what it is |\n|---|---|---|---|\n"

# ---------------------------------------------------------------- the page


def page() -> str:
    """The whole reference."""
    parts = [
        flow_examples.TEACHING.strip(),
        *_kinds(),
        _flow(),
        *_shared_sections(),
        _expressions(),
        flow_examples.LANGUAGES.strip(),
        _markup(),
    ]
    return "\n\n".join([*parts, *_codes()]) + "\n"


def _kinds() -> Iterator[str]:
    yield "## Kinds of nodes"
    known = kinds()
    yield " · ".join(f"[{name}](#{name})" for name in known)
    for name, model in known.items():
        about = inspect.cleandoc(model.__doc__ or "")
        table, example = _HEAD + "\n".join(rows(model)), flow_examples.KINDS[name].strip()
        yield f"### {name}\n\n{about}\n\n```yaml\n{example}\n```\n\n{table}"


def _flow() -> str:
    fields = "\n".join(row for row in rows(FlowFile[AnyNode]) if not row.startswith("| `nodes."))
    return f"## The file\n\n{_HEAD}{fields}"


def _shared_sections() -> Iterator[str]:
    yield "## What is inherited"
    for name, model in SHARED.items():
        about = inspect.cleandoc(model.__doc__ or "")
        yield f"### {name}\n\n{about}\n\n{_HEAD}" + "\n".join(rows(model))


def _expressions() -> str:
    lines = [
        f"| `{name}({', '.join(_takes(name))})` | {known.gives} | {known.text} |"
        for name, known in FUNCTIONS.items()
    ]
    call = ", ".join(f"`call.{name}`" for name in CALL_FIELDS)
    return (
        "## Expressions\n\n"
        'Numbers, `"text"`, `true`, `false`, `null`, `[lists]`; `or`, `and`, `not`, `== != < <= > '
        ">= in`, `+ - * /`, parentheses. Names are slots, values that nodes set, and "
        f"{call}. What is missing is `null`; a comparison with it is false, but for `== null` and "
        "`!= null`.\n\n| function | gives | what |\n|---|---|---|\n" + "\n".join(lines)
    )


def _takes(name: str) -> Iterator[str]:
    known = FUNCTIONS[name]
    for index, options in enumerate(known.takes):
        text = " or ".join(options)
        is_optional = index >= len(known.takes) - known.optional
        yield f"[{text}]" if is_optional else text
    if known.is_open:
        yield "..."


def _markup() -> str:
    rows = [f"| `{tag}` | {does} | `{example}` |" for tag, (does, example) in ABOUT.items()]
    head = "| tag | what it does | example |\n|---|---|---|\n"
    return (
        "## Markup in prompts\n\nOf SSML 1.1. Anything else in angle brackets is not said, and "
        "the check names it.\n\n" + head + "\n".join(rows)
    )


def _codes() -> Iterator[str]:
    yield (
        "## What the check finds\n\n"
        "`voicebot flows check` names every problem with file, line and column. An error keeps a "
        "flow from serving, a warning does not. The examples leave out what is the same in all of "
        "them: a start, an error path, a queue and a goodbye."
    )
    for name, code in CODES.items():
        yield f"### {name}\n\n{_severity(code)} {code.meaning} {code.remedy}{_example(code)}"


def _severity(code: Code) -> str:
    return "*Warning.*" if code.is_warning else "*Error.*"


def _example(code: Code) -> str:
    if not code.example:
        return ""
    line, column = code.place
    return f"\n\n```yaml\n{code.text.rstrip()}\n```\n\nNamed at line {line}, column {column}."


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    (ROOT / "ivr_flows" / FILE).write_text(schema_text(), "utf-8")

"""The bricks of the flow language: strict models, and strings that know what they stand for.

A field's class says what its text means (`NodeName`, `PromptRef`, `Expression`, ...). The value
keeps that class, so one walk over a flow (`marked`) finds every reference there is, whatever the
node kind: a new kind is checked without a line of checking code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
)
from pydantic_core import CoreSchema, core_schema

Path = tuple[str | int, ...]
"""Keys and list indexes from the top of a flow file to a value."""


class Strict(BaseModel):
    """Frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Marked(str):
    """A string with a meaning."""

    __slots__ = ()
    pattern: ClassVar[str | None] = None

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(min_length=1, pattern=cls.pattern)
        )


class NodeName(Marked):
    """Names a node of the same flow."""


class FlowName(Marked):
    """Names a flow of the same folder."""


class CalendarName(Marked):
    """Names a calendar of the flow or of the configuration."""


class PromptRef(Marked):
    """The id of a prompt, or the text itself."""


class Expression(Marked):
    """See `expressions/`."""


class Template(Marked):
    """Text with `{name}` in it, for urls, bodies, headers and agents' summaries."""


class UrlTemplate(Template):
    """The path and query of a request."""

    pattern: ClassVar[str | None] = "^/"


class QueryTemplate(Template):
    """A parameter in the query of a request."""


class HeaderTemplate(Template):
    """A header of a request; `{secret:name}` is a secret of the configuration."""


class KeptTemplate(Template):
    """Text of a notice, which is kept until it is delivered."""


class SecretName(Marked):
    """Names a secret of the configuration."""


class TagTemplate(Template):
    """Text with `{name}` in it, for reports."""


class SlotName(Marked):
    """Names a slot that the flow declares."""


class QueueName(Marked):
    """Names a queue of the configuration."""


class Destination(Marked):
    """A SIP URI, or the name of a destination of the configuration."""


class BackendName(Marked):
    """Names one of the flow's back ends."""


class KnowledgeName(Marked):
    """Names a knowledge base beside the flows."""


class PhrasePattern(Marked):
    """What callers say; see `core/phrases.py`."""


_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m)")
_UNIT_MS = {"ms": 1, "s": 1_000, "m": 60_000}


def _to_ms(value: object) -> object:
    if isinstance(value, str) and (found := _DURATION.fullmatch(value.strip())):
        return round(float(found[1]) * _UNIT_MS[found[2]])
    raise ValueError("write a duration with its unit, such as 400ms, 5s or 2m")


def _from_ms(value: int) -> str:
    return f"{value // 1_000}s" if value % 1_000 == 0 else f"{value}ms"


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
"""A name in lower case, digits and underscores."""
DurationMs = Annotated[
    int,
    BeforeValidator(_to_ms, json_schema_input_type=str),
    PlainSerializer(_from_ms, return_type=str),
    Field(ge=0, le=3_600_000),
]
"""Written `400ms`, `5s` or `2m`; kept in milliseconds."""


def _to_keys(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Keys = Annotated[
    str,
    BeforeValidator(_to_keys, json_schema_input_type=str | int),
    Field(pattern=r"^[0-9*#]+$", max_length=20),
]
"""One or more telephone keys: 0-9, * and #."""


def _to_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Prompts = Annotated[
    tuple[PromptRef, ...],
    BeforeValidator(_to_list, json_schema_input_type=str | list[str]),
]
"""One prompt or several, said one after the other."""

Tags = Annotated[
    tuple[TagTemplate, ...],
    BeforeValidator(_to_list, json_schema_input_type=str | list[str]),
]


def marked(value: object, path: Path = ()) -> Iterator[tuple[Path, Marked]]:
    """Every string with a meaning in a model, with its path by the names that files use."""
    if isinstance(value, Marked):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from marked(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from marked(item, (*path, key))
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from marked(item, (*path, index))

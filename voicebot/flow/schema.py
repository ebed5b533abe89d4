"""The JSON Schema of flow files, made from the models: completion and checks in editors.

It has what is written, not what becomes of it: one prompt or a list, a duration with its unit, and
in a flow of several languages a text for each in the place of one.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from voicebot.flow.kinds import AnyNode
from voicebot.flow.model import FlowFile
from voicebot.flow.wording import PROMPTS

FILE = "flow.schema.json"
"""Its name in the folder of flows."""
Schema = dict[str, Any]
_TEXTS = ("label", "description", "phrases")
"""Fields whose texts callers or agents hear, beside prompts."""


class _Generate(GenerateJsonSchema):
    """A text that becomes an object of our own is a text."""

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> Schema:
        return self.generate_inner(schema["schema"])


def flow_schema() -> Schema:
    """As editors want it (JSON Schema 2020-12)."""
    made = FlowFile[AnyNode].model_json_schema(schema_generator=_Generate)
    schema: Schema = _plain(made)
    schema["properties"]["prompts"]["additionalProperties"] = _by_language(
        schema["properties"]["prompts"]["additionalProperties"]
    )
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A flow of voicebot",
    }
    return {**head, **schema}


def schema_text() -> str:
    """As the file has it."""
    return json.dumps(flow_schema(), ensure_ascii=False, indent=1) + "\n"


def _plain(value: Any, key: str = "") -> Any:
    """Without what editors would only show as noise, and with texts by language."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {
        name: _plain(item, name)
        for name, item in value.items()
        if not (name == "title" and isinstance(item, str))
        and name not in ("ge", "le")  # Bounds of what is written as text: no keywords.
        and not (name == "default" and item in (None, [], {}, ""))
    }
    options = kept.get("anyOf", [])
    if len(options) == 2 and {"type": "null"} in options:
        kept |= next(option for option in options if option != {"type": "null"})
        del kept["anyOf"]
    is_text = _is_prompts(kept) or (key in _TEXTS and kept.get("type") in ("string", "array"))
    return _by_language(kept) if is_text else kept


def _is_prompts(schema: Schema) -> bool:
    kinds = [option.get("type") for option in schema.get("anyOf", [])]
    return kinds == ["string", "array"]


def _by_language(schema: Schema) -> Schema:
    """The same, or one for each language."""
    about = {k: v for k, v in schema.items() if k in ("description", "default")}
    inner = {k: v for k, v in schema.items() if k not in about}
    if "anyOf" in inner and any(option.get("type") == "object" for option in inner["anyOf"]):
        return schema
    each = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": dict.fromkeys(PROMPTS, inner),
    }
    return {"anyOf": [*inner.get("anyOf", [inner]), each], **about}

"""The reference of the flow language and its schema: made from the code, every example checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from documents import program

from voicebot.core.errors import Problem, Severity
from voicebot.core.markup import ABOUT, TAGS, mistakes
from voicebot.flow.codes import CODES
from voicebot.flow.document import Document, read_text
from voicebot.flow.loader import read_flows
from voicebot.flow.report import Surroundings
from voicebot.flow.schema import FILE, flow_schema, schema_text

ROOT = Path(__file__).parents[2]
flow_language = program("flow_language")
flow_examples = flow_language.flow_examples
SCHEMA = flow_schema()
AROUND = Surroundings(["service"], ["office"])
CALLED = """\
flow: identify
start: hello
exits: [known, unknown]
results: [customer]
nodes:
  hello: {kind: set, values: {customer: "call.caller"}, to: which}
  which: {kind: branch, when: [{if: customer == null, to: no}], else: yes}
  yes: {kind: return, exit: known}
  no: {kind: return, exit: unknown}
"""


def example(kind: str) -> str:
    nodes = flow_examples.KINDS[kind].strip()
    return flow_examples.AROUND + "".join(f"  {line}\n" for line in nodes.splitlines())


def taught() -> str:
    found = re.search(r"```yaml\n(.*?)```", flow_examples.TEACHING, re.DOTALL)
    assert found is not None
    return found[1]


def problems(folder: Path, text: str) -> list[Problem]:
    path = folder / "example.yaml"
    path.write_text(text, "utf-8")
    (folder / "identify.yaml").write_text(CALLED, "utf-8")
    (one,) = read_flows([path], AROUND, environment={})
    return one.check(AROUND)


# ---------------------------------------------------------------- the page


def test_the_reference_is_up_to_date() -> None:
    page = flow_language.PAGE.read_text("utf-8")
    assert page == flow_language.page(), "run .venv/bin/python docs/flow_language.py"


def test_every_kind_has_an_example_and_no_other() -> None:
    assert set(flow_examples.KINDS) == set(flow_language.kinds())


@pytest.mark.parametrize("kind", flow_examples.KINDS)
def test_an_example_of_a_kind_has_it_and_no_error(kind: str, tmp_path: Path) -> None:
    text = example(kind)
    assert f"kind: {kind}" in flow_examples.KINDS[kind]
    errors = [p for p in problems(tmp_path, text) if p.severity is Severity.ERROR]
    assert errors == []


def test_the_flow_that_teaches_is_without_a_problem(tmp_path: Path) -> None:
    assert problems(tmp_path, taught()) == []


def test_the_flow_of_several_languages_is_without_a_problem(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.*?)```", flow_examples.LANGUAGES, re.DOTALL)
    assert found is not None
    assert problems(tmp_path, found[1]) == []
    assert list(misfits(SCHEMA, as_yaml(found[1]))) == []


def test_markup_is_explained_tag_by_tag() -> None:
    assert tuple(ABOUT) == TAGS
    for tag, (_, shown) in ABOUT.items():
        assert f"<{tag}" in shown
        assert list(mistakes(shown)) == []


# ---------------------------------------------------------------- the schema


def test_the_schema_is_up_to_date() -> None:
    written = (ROOT / "ivr_flows" / FILE).read_text("utf-8")
    assert written == schema_text(), "run .venv/bin/python docs/flow_language.py"


@pytest.mark.parametrize("path", sorted((ROOT / "ivr_flows").glob("*.yaml")), ids=lambda p: p.stem)
def test_the_samples_name_the_schema_and_fit_it(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith(f"# yaml-language-server: $schema={FILE}\n")
    assert list(misfits(SCHEMA, as_yaml(text))) == []


@pytest.mark.parametrize("kind", flow_examples.KINDS)
def test_every_example_fits_the_schema(kind: str) -> None:
    assert list(misfits(SCHEMA, as_yaml(example(kind)))) == []


@pytest.mark.parametrize("code", ["unknown-key", "missing-key", "unknown-kind", "missing-kind"])
def test_what_is_wrong_in_shape_does_not_fit_the_schema(code: str) -> None:
    assert list(misfits(SCHEMA, as_yaml(CODES[code].flow)))


def test_texts_by_language_fit_the_schema() -> None:
    text = example("say").replace('["Welcome.", "This call is recorded."]', "{en: Hi., zh: 您好。}")
    assert "您好" in text
    assert list(misfits(SCHEMA, as_yaml(text))) == []


def as_yaml(text: str) -> Any:
    document = read_text(text, Document("example.yaml"))
    assert document.data is not None
    assert isinstance(yaml.safe_load(text), dict)
    return document.data


def misfits(schema: dict[str, Any], value: Any, path: str = "") -> Iterator[str]:
    """What of a value does not fit: as much of JSON Schema as ours uses."""
    unknown = set(schema) - KEYWORDS
    assert not unknown, unknown
    if "$ref" in schema:
        schema = {**SCHEMA["$defs"][schema["$ref"].split("/")[-1]], **schema}
    for keyword in ("anyOf", "oneOf"):
        options = schema.get(keyword)
        if options and all(list(misfits(option, value, path)) for option in options):
            yield f"{path}: none of {keyword}"
    if "const" in schema and value != schema["const"]:
        yield f"{path}: not {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: not one of {schema['enum']}"
    kind = schema.get("type")
    if kind and not _is(kind, value):
        yield f"{path}: no {kind}"
    elif isinstance(value, dict):
        yield from _of_object(schema, value, path)
    elif isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from misfits(schema["items"], item, f"{path}/{index}")
    elif isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{path}: not {schema['pattern']}"


def _of_object(schema: dict[str, Any], value: dict[str, Any], path: str) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{path}: {name} is missing"
    rest = schema.get("additionalProperties", True)
    for name, item in value.items():
        inner = [s for p, s in schema.get("patternProperties", {}).items() if re.search(p, name)]
        if name in schema.get("properties", {}):
            inner = [schema["properties"][name]]
        if not inner and isinstance(rest, dict):
            inner = [rest]
        if not inner and rest is False:
            yield f"{path}: {name} is unknown"
        for one in inner:
            yield from misfits(one, item, f"{path}/{name}")


def _is(kind: str, value: Any) -> bool:
    if kind in ("number", "integer"):
        wanted = (int, float) if kind == "number" else (int,)
        return isinstance(value, wanted) and not isinstance(value, bool)
    types = {"string": str, "object": dict, "array": list, "boolean": bool, "null": type(None)}
    return isinstance(value, types[kind])


KEYWORDS = {"$schema", "$defs", "$ref", "title", "description", "default", "discriminator"}
KEYWORDS |= {"type", "properties", "required", "additionalProperties", "patternProperties", "items"}
KEYWORDS |= {"anyOf", "oneOf", "const", "enum", "pattern", "minLength", "maxLength", "minItems"}
KEYWORDS |= {"maxItems", "minProperties", "maximum", "minimum", "propertyNames"}
"""All that our schema uses; of those that bound lengths and sizes nothing is checked here."""

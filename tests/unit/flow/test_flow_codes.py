"""Every code of the check: its example has it, at its line and column, with its severity."""

from __future__ import annotations

import ast
import re
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

import voicebot.flow
from voicebot.asr.dictionary import pronunciations
from voicebot.core.errors import Problem, Severity
from voicebot.flow.codes import CODES, Code
from voicebot.flow.document import Document, read_text
from voicebot.flow.kinds import AnyNode
from voicebot.flow.lints import traits
from voicebot.flow.loader import check_document
from voicebot.flow.report import Surroundings

WITH_EXAMPLE = {name: code for name, code in CODES.items() if code.example}
RECORDED = {"en": ["welcome", "balance"]}


def phones(word: str, language: str) -> list[str]:
    assert language == "en"
    return re.sub(r"\d", "", next(iter(pronunciations(word)), "")).split()


def check(text: str) -> list[Problem]:
    around = Surroundings(["service"], ["office"], RECORDED, phones, secrets=["token"], mail=False)
    return check_document(read_text(text, Document("example.yaml")), around, environment={})[1]


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_an_example_has_its_code_at_its_place(name: str) -> None:
    code = CODES[name]
    found = [problem for problem in check(code.flow) if problem.code == name]
    assert found, check(code.flow)
    assert (found[0].line, found[0].column) == code.place
    assert found[0].severity is (Severity.WARNING if code.is_warning else Severity.ERROR)


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_an_example_has_no_other_error(name: str) -> None:
    is_error = [p.code for p in check(CODES[name].flow) if p.severity is Severity.ERROR]
    assert set(is_error) <= {name}


def test_the_frame_of_the_examples_is_without_errors() -> None:
    problems = check(Code("", "", "▸").flow)
    assert {problem.code for problem in problems} <= {"unused-slot", "unused-back-end"}


def written() -> Iterator[str]:
    """Codes that the source gives to problems."""
    folder = Path(voicebot.flow.__file__).parent
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield from _of_call(node)


def _of_call(call: ast.Call) -> Iterator[str]:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    at = {"add": 1, "missing": 1, "Problem": 3, "problem": 1}.get(name)
    if at is None or len(call.args) <= at:
        return
    argument = call.args[at]
    options = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
    for option in options:
        if isinstance(option, ast.Constant) and isinstance(option.value, str):
            text = option.value
            yield f"missing-{text.replace(' ', '-')}" if name == "missing" else text


def test_every_code_is_in_the_table() -> None:
    shapes = {"unknown-key", "missing-key", "unknown-kind", "missing-kind", "bad-value"}
    chosen = {"silence-loop", "no-match-loop"}
    found = set(written())
    assert len(found) > 40
    assert found - set(CODES) == set()
    assert set(CODES) - found - shapes - chosen == set()


def test_every_kind_is_in_one_set_of_traits() -> None:
    sets = [traits.ENDS, traits.PEOPLE, traits.LISTENS, traits.COUNTS, traits.LEAVES, traits.BUSY]
    union = typing.get_args(AnyNode)[0]
    kinds = [typing.get_args(k.model_fields["kind"].annotation)[0] for k in typing.get_args(union)]
    for kind in kinds:
        assert sum(kind in those for those in sets) == 1, kind

"""The pictures against the code that they show."""

from __future__ import annotations

import re
import tomllib
from xml.etree import ElementTree

from documents import program, rows, section, text_of

from voicebot.core.call import LegState

draw = program("draw")


def test_the_diagrams_are_those_of_the_tables() -> None:
    page = text_of("docs/development.md")
    assert set(re.findall(r"<!-- drawn: (\w+) -->", page)) == set(draw.MACHINES)
    assert draw.with_machines(page) == page, "run docs/draw.py"


def test_a_diagram_has_a_line_for_every_row_and_its_ends() -> None:
    lines = draw.mermaid(draw.CALL_TRANSITIONS, draw.CallState.RINGING).splitlines()
    assert lines[1].strip() == "[*] --> RINGING"
    assert lines[-1].strip() == "ENDED --> [*]"
    assert len(lines) == 3 + len(draw.CALL_TRANSITIONS)


def test_a_changed_table_would_be_noticed() -> None:
    page = text_of("docs/development.md").replace("RINGING --> IVR: answered", "RINGING --> IVR: x")
    assert draw.with_machines(page) != page


def test_the_states_of_a_leg_are_listed() -> None:
    text = " ".join(section(text_of("docs/development.md"), "State machines").split())
    assert f"of ours: {', '.join(LegState)}." in text


def test_the_picture_of_the_structure_is_as_drawn() -> None:
    picture = text_of("docs/architecture.svg")
    assert picture == draw.architecture(), "run docs/draw.py"
    assert ElementTree.fromstring(picture).tag.endswith("svg")


def test_the_floors_are_those_that_import_linter_holds() -> None:
    settings = tomllib.loads(text_of("pyproject.toml"))
    [contract] = [
        one for one in settings["tool"]["importlinter"]["contracts"] if one["type"] == "layers"
    ]
    layers = [set(re.findall(r"voicebot\.(\w+)", layer)) for layer in contract["layers"]]
    table = rows(section(text_of("docs/development.md"), "Rooms and floors"))
    assert [set(re.findall(r"`(\w+)`", row[1])) for row in table] == layers

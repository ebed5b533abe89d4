"""Calendars of the configuration: read, named by flows, looked at by the engine."""

from __future__ import annotations

import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from voicebot.config.loading import load
from voicebot.config.surroundings import surroundings
from voicebot.core.call import LegInfo
from voicebot.core.errors import ConfigError
from voicebot.flow.document import Document, read_text
from voicebot.flow.engine import start, step
from voicebot.flow.events import Started
from voicebot.flow.loader import read_flow

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = """\
[calendars.office]
time_zone = "Europe/Berlin"
open = {mon-fri = "09:00-17:00"}

[[calendars.office.holidays]]
date = "12-25"

[[calendars.office.holidays]]
date = 2026-12-24
open = "09:00-12:00"
"""
FLOW = """\
flow: shop
start: look
on_error: bye
nodes:
  look: {kind: hours, calendar: office, outcomes: {open: bye, closed: shut, holiday: feast}}
  shut: {kind: hangup}
  feast: {kind: hangup}
  bye: {kind: hangup}
"""
OWN = "calendars: {office: {open: {daily: 00:00-24:00}}}\n"


def folder(tmp_path: Path, text: str = OFFICE) -> Path:
    (tmp_path / "hotline.toml").write_text(text, "utf-8")
    return tmp_path


def came_to(config: Path, text: str, *when: int) -> str:
    around = surroundings(config)
    read = read_flow(read_text(text, Document("shop.yaml")), around, None, {})
    assert read.flow is not None
    assert [p.code for p in read.check(around) if p.code == "missing-calendar"] == []
    now = datetime.datetime(*when, tzinfo=BERLIN)  # type: ignore[arg-type,misc]
    state, _ = step(start(read.flow, now=now), Started(LegInfo()))
    return state.node


@pytest.mark.parametrize(
    ("when", "node"),
    [
        ((2026, 11, 23, 9, 0), "bye"),
        ((2026, 11, 23, 17, 0), "shut"),
        ((2026, 12, 24, 11, 59), "bye"),
        ((2026, 12, 24, 12, 0), "feast"),
        ((2026, 12, 25, 10, 0), "feast"),
    ],
)
def test_flows_keep_the_hours_of_the_configuration(
    when: tuple[int, ...], node: str, tmp_path: Path
) -> None:
    assert came_to(folder(tmp_path), FLOW, *when) == node


def test_a_flows_own_calendar_goes_first(tmp_path: Path) -> None:
    assert came_to(folder(tmp_path), OWN + FLOW, 2026, 12, 25, 3, 0) == "bye"


def test_a_calendar_that_nobody_has_is_a_mistake(tmp_path: Path) -> None:
    around = surroundings(folder(tmp_path, OFFICE.replace("office", "shop")))
    document = read_text(FLOW.replace("calendar: office", "calendar: shup"), Document("shop.yaml"))
    problems = read_flow(document, around, None, {}).check(around)
    [problem] = [p for p in problems if p.code == "missing-calendar"]
    assert (problem.line, "shop" in problem.hint) == (5, True)


def test_what_serves_has_them(tmp_path: Path) -> None:
    config, flows = tmp_path / "config", tmp_path / "flows"
    config.mkdir()
    flows.mkdir()
    (flows / "shop.yaml").write_text(FLOW, "utf-8")
    text = '[calls]\ndefault_flow = "shop"\n' + OFFICE
    settings = load(folder(config, text), flows, tmp_path)
    calendar = settings.flows.get("shop").calendar("office")
    assert calendar is not None
    assert calendar.time_zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("wrong", "line"),
    [('time_zone = "Europe/Berlim"', 2), ('open = {mon-fry = "09:00-17:00"}', 3)],
)
def test_mistakes_are_named_with_their_line(wrong: str, line: int, tmp_path: Path) -> None:
    lines = OFFICE.splitlines()
    lines[line - 1] = wrong
    with pytest.raises(ConfigError) as raised:
        surroundings(folder(tmp_path, "\n".join(lines)))
    assert [(p.code, p.line) for p in raised.value.problems] == [("bad-value", line)]

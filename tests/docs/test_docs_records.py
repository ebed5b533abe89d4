"""docs/qa.md against what calls leave behind: facts, records, outcomes, exit codes."""

from __future__ import annotations

import dataclasses
import inspect
import re
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from documents import rows, section, text_of

from voicebot.cli import COMMANDS
from voicebot.core import record
from voicebot.core.call import Outcome
from voicebot.core.queueing import OfferOutcome, QueueOutcome
from voicebot.core.record import Cdr, FactKind
from voicebot.web.app import create_app

QA = text_of("docs/qa.md")


def first_cells(text: str) -> list[str]:
    return [row[0].strip("`") for row in rows(text)]


def test_every_fact_is_explained() -> None:
    assert first_cells(section(QA, "The journal")) == list(FactKind)


@pytest.mark.parametrize("kind", FactKind)
def test_the_keys_of_a_fact_are_those_that_the_code_names(kind: FactKind) -> None:
    # A long comment goes on in the lines below it; remarks stand behind three blanks.
    comment = re.search(rf'= "{kind}"  # (.+\n(?: +# .+\n)*)', inspect.getsource(record))
    assert comment is not None
    in_code = re.sub(r" {3}\(.+", "", comment[1]).replace("or count, where secret", ", count")
    keys = set(re.findall(r"\w+", in_code))
    [row] = [row for row in rows(section(QA, "The journal")) if row[0] == f"`{kind}`"]
    assert set(re.findall(r"`(\w+)`", row[1])) == keys


@pytest.mark.parametrize("outcomes", [OfferOutcome, QueueOutcome])
def test_outcomes_of_offers_and_queues_are_explained(outcomes: type[StrEnum]) -> None:
    heading = "Offers" if outcomes is OfferOutcome else "Queues"
    assert first_cells(section(QA, heading)) == list(outcomes)


def test_outcomes_of_calls_are_explained() -> None:
    assert first_cells(section(QA, "Outcomes")) == list(Outcome)


def test_every_field_of_the_record_is_explained() -> None:
    fields = {field.name for field in dataclasses.fields(Cdr)}
    explained = first_cells(section(QA, "The record"))
    assert set(explained) == fields
    assert len(explained) == len(fields)


def test_every_command_has_its_exit_codes() -> None:
    named = [name.removeprefix("voicebot ") for name in first_cells(section(QA, "Exit codes"))]
    assert named == list(COMMANDS)


def test_every_outcome_can_be_chosen_in_the_console() -> None:
    page, names = text_of("voicebot/web/static/index.html"), "voicebot/web/static/format.js"
    for outcome in Outcome:
        assert f'<option value="{outcome}">' in page
        assert re.search(rf'\b{outcome}: "', text_of(names))


def test_every_address_of_the_api_is_explained(tmp_path: Path) -> None:
    nothing: Any = None
    app = create_app(nothing, nothing, nothing, nothing, data=tmp_path)
    served = {resource.canonical.replace("{id}", "ID") for resource in app.router.resources()}
    pages = {"/", "/agent", "/report", "/login", "/static"}
    explained = {row[0].strip("`").split()[1].split("?")[0] for row in rows(section(QA, "Console"))}
    assert explained == served - pages

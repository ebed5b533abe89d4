"""What changed between two versions of a flow."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot.flow.anywhere import Anywhere
from voicebot.flow.diff import Change, What, changes, lines_of
from voicebot.flow.document import Document, read_text
from voicebot.flow.flow import Flow
from voicebot.flow.loader import read_flow
from voicebot.flow.report import Surroundings

BANK = (Path(__file__).parents[3] / "ivr_flows/bank_en.yaml").read_text("utf-8")


def load(text: str) -> tuple[Flow, dict[str, object]]:
    document = read_text(text, Document("bank.yaml"))
    read = read_flow(document, Surroundings(), None, Anywhere())
    assert read.flow is not None, read.problems
    return read.flow, document.data


def diff(*edits: tuple[str, str]) -> list[Change]:
    text = BANK
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return changes(*load(BANK), *load(text))


def test_nothing_changed_but_remarks() -> None:
    assert diff(("flow: bank_en", "flow: bank_en  # ours")) == []


def test_a_node_that_is_called_otherwise_is_no_other_node() -> None:
    found = diff(
        ("  bye: {kind: hangup", "  farewell: {kind: hangup"),
        ("to: bye\n", "to: farewell\n"),
        ("served: bye,", "served: farewell,"),
    )
    assert found == [Change(What.NODE, "farewell", "hangup", "bye", "farewell")]


def test_nodes_come_and_go() -> None:
    added = "  late: {kind: hangup, prompt: [all_busy, nobody_here, goodbye]}\n  busy: {kind"
    (came,) = diff(("  busy: {kind", added))
    assert (came.what, came.node, came.before, came.after) == (What.NODE, "late", "", "late")


def test_a_way_that_leads_elsewhere() -> None:
    (way,) = diff(("prompt: bill_paid, to: main", "prompt: bill_paid, to: person"))
    assert way == Change(What.WAY, "bill_done", "to", "main", "person")
    (shared,) = diff(("on_error: trouble", "on_error: person"))
    assert (shared.what, shared.node, shared.after) == (What.WAY, "", "person")


def test_a_prompt_that_is_reworded() -> None:
    (prompt,) = diff(("How much do you want to transfer?", "How much?"))
    assert (prompt.what, prompt.name) == (What.PROMPT, "ask_transfer_amount")
    assert prompt.after == '"How much?"'


def test_a_property_with_the_values_that_count_and_where() -> None:
    (changed,) = diff(("no_input: 5s", "no_input: 4s"))
    assert (changed.name, changed.before, changed.after) == ("no_input", "5000 ms", "4000 ms")
    assert {"main", "card_digits", "appointment"} <= set(changed.nodes)
    assert "welcome" not in changed.nodes, "it does not listen"


def test_a_property_written_where_it_counted_anyway_is_no_change() -> None:
    head = "    kind: menu\n    prompt: main_menu\n"
    assert diff((head, head + "    timing: {no_input: 5s}\n")) == []
    (own,) = diff((head, head + "    timing: {no_input: 9s}\n"))
    assert (own.what, own.nodes) == (What.PROPERTY, ("main",))


def test_everything_else_is_a_setting() -> None:
    (slot,) = diff(("account: {type: digits, length: 6, label: account}",
                    "account: {type: digits, length: 8, label: account}"))  # fmt: skip
    assert slot == Change(What.SETTING, "", "slots.account.length", "6", "8")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (Change(What.NODE, "a", "say", after="a"), "+ node      a (say)"),
        (Change(What.WAY, "a", "ok", "b", "c"), "~ way       a ─ok→ c  (was b)"),
        (Change(What.WAY, "a", "ok", "b"), "- way       a ─ok→ b"),
        (Change(What.PROMPT, "", "hi", '"x"', '"y"'), '~ prompt    hi  "x" → "y"'),
    ],
)
def test_how_it_reads(change: Change, line: str) -> None:
    assert list(lines_of([change])) == [line]

"""Callers whose phones do more than call and hang up: by SIPp, on a whole hotline."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from desk_caller import DeskCaller, nobody_is_left
from hotline import Hotline, hotline
from hotline_flows import DESTINATIONS, desk
from sipp_caller import call_by_sipp

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        not shutil.which("sipp"), reason="SIPp is not installed: script/setup --test"
    ),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline that may send callers to a branch."""
    with hotline(
        tmp_path_factory.mktemp("dialogs"),
        calls='default_flow = "desk"',
        flows={"desk": desk("desk")},
        hotline=DESTINATIONS,
    ) as line:
        yield line


async def story(line: Hotline, caller: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The record and the journal of a caller's call, once it has ended."""
    async with DeskCaller(line, "desk") as watcher:
        watcher.name = caller
        record = await watcher.ended()
        facts = await watcher.facts()
    await nobody_is_left(line)
    return record, facts


async def test_a_caller_is_transferred(running: Hotline) -> None:
    caller = await call_by_sipp(running, "transferred", "desk", result="200")
    record, facts = await story(running, caller)
    assert record["outcome"] == "transferred"
    [sent] = [f["data"] for f in facts if f["kind"] == "transferred"]
    assert sent == {"target": "branch", "outcome": "done", "code": 200, "talk_ms": 0}


@pytest.mark.parametrize(
    ("code", "outcome", "node"), [("486", "busy", "choose"), ("503", "failed", "sorry")]
)
async def test_a_transfer_that_fails_leads_back_into_the_flow(
    running: Hotline, code: str, outcome: str, node: str
) -> None:
    caller = await call_by_sipp(running, "not_transferred", "desk", result=code)
    record, facts = await story(running, caller)
    [sent] = [f["data"] for f in facts if f["kind"] == "transferred"]
    assert sent == {"target": "branch", "outcome": outcome, "code": int(code), "talk_ms": 0}
    assert record["path"][-2:] == ["send", node]
    assert (record["outcome"], record["ended_by"]) == ("hung_up", "caller")


async def test_a_caller_holds_and_comes_back(running: Hotline) -> None:
    caller = await call_by_sipp(running, "holds", "desk")
    record, facts = await story(running, caller)
    assert [f["data"]["on"] for f in facts if f["kind"] == "held"] == [True, False]
    assert (record["outcome"], record["ended_by"]) == ("contained", "bot")


async def test_a_caller_leaves_the_offer_to_the_hotline(running: Hotline) -> None:
    caller = await call_by_sipp(running, "late_offer", "desk")
    record, facts = await story(running, caller)
    assert (record["outcome"], record["ended_by"]) == ("contained", "bot")
    assert [f["data"]["heard_ms"] > 0 for f in facts if f["kind"] == "said"][-1]

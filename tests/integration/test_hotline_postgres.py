"""A hotline whose calls are kept by PostgreSQL, which crashes under them and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.error import HTTPError

import pytest
from desk_caller import DeskCaller, nobody_is_left
from hotline import Hotline, hotline
from listening_caller import ListeningCaller
from postgres_cluster import Cluster

pytestmark = pytest.mark.timeout(120)

DEAD_AIR_MS = 3_000
AWAY = "the database is away; facts wait on disk"

FLOW = """
flow: desk
language: en
start: choose
on_error: bye
timing: {no_input: 30s}
slots:
  code: {type: digits, length: 4}
prompts:
  choose: "Press one for the code, two to end."
  code: "The code?"
  got: "You have the code {code}."
  bye: "Goodbye."
nodes:
  choose:
    kind: menu
    prompt: choose
    choices:
      code: {key: 1, label: code, to: code}
      done: {key: 2, label: done, to: bye}
  code: {kind: digits, slot: code, prompt: code, confirm: never, to: got}
  got: {kind: say, prompt: got, to: choose}
  bye: {kind: hangup, prompt: bye}
"""


@pytest.fixture(scope="module")
def line(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline with a database of its own on the tests' server."""
    with hotline(
        tmp_path_factory.mktemp("postgres"),
        top=f'database = "{postgres.database()}"\nnode = "one"\n',
        calls='default_flow = "desk"',
        flows={"desk": FLOW},
    ) as one:
        yield one
    assert not list((one.folder / "data").glob("*.waiting.jsonl"))


@asynccontextmanager
async def crashed(postgres: Cluster, line: Hotline) -> Any:
    """The server is gone, and the hotline knows; then it is back and has everything."""
    await asyncio.to_thread(postgres.stop)
    try:
        await until_journal(line, "behind")
        yield
    finally:
        await asyncio.to_thread(postgres.start)
    await until_journal(line, "ok")


async def until_journal(line: Hotline, status: str) -> None:
    async with asyncio.timeout(20):
        while (await asyncio.to_thread(line.ask, "/healthz"))["journal"]["status"] != status:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def keyed(caller: ListeningCaller, *keys: str) -> None:
    """Press keys, and hear something soon."""
    pressed_s = asyncio.get_running_loop().time()
    caller.press(*keys)
    assert await caller.silent_ms(pressed_s) < DEAD_AIR_MS


async def whole(caller: DeskCaller) -> dict[str, Any]:
    """The caller's one record: no fact of it is lost or doubled."""
    record = await caller.ended()
    facts = await caller.facts()
    assert [fact["seq"] for fact in facts] == list(range(len(facts)))
    assert (facts[0]["kind"], facts[-1]["kind"]) == ("rang", "ended")
    return record


async def test_a_call(line: Hotline) -> None:
    async with ListeningCaller(line, "desk") as caller:
        await caller.dial()
        await caller.at("choose")
        await keyed(caller, "1")
        await keyed(caller, *"4711")
        await caller.until_fact("keyed", digits="4711")
        await keyed(caller, "2")
        await caller.is_hung_up()
        record = await whole(caller)
    assert record["path"] == ["choose", "code", "got", "choose", "bye"]
    assert (await asyncio.to_thread(line.ready))["degraded"] == []


async def test_the_server_crashes_under_calls(line: Hotline, postgres: Cluster) -> None:
    """One call is up before and after, one ends and one begins meanwhile, one is all within."""
    async with (
        ListeningCaller(line, "desk") as before,
        ListeningCaller(line, "desk") as ends,
        ListeningCaller(line, "desk") as begins,
        ListeningCaller(line, "desk") as within,
    ):
        await before.dial()
        await ends.dial()
        await before.at("choose")
        await ends.at("choose")
        # Each call is known to go on from here by what is heard, as nothing can be read.
        await keyed(before, "1")
        async with crashed(postgres, line):
            await told(line)
            dialed_s = asyncio.get_running_loop().time()
            await begins.dial()
            await within.dial()
            for caller in (begins, within):
                assert await caller.silent_ms(dialed_s) < DEAD_AIR_MS
            await keyed(before, *"4711")
            for caller in (ends, within):
                await keyed(caller, "2")
                await caller.is_hung_up()
        assert (await asyncio.to_thread(line.ready))["degraded"] == []
        await keyed(begins, "1")
        await begins.at("code")
        for caller in (before, begins):
            await caller.hang_up()
        paths = [(await whole(caller))["path"] for caller in (before, ends, begins, within)]
    assert paths == [
        ["choose", "code", "got", "choose"],
        ["choose", "bye"],
        ["choose", "code"],
        ["choose", "bye"],
    ]
    await nobody_is_left(line)


async def told(line: Hotline) -> None:
    """The operator sees that calls are served, and what is short."""
    now = await asyncio.to_thread(line.ready)
    assert (now["status"], now["ready"], now["degraded"]) == (200, True, [AWAY])
    metrics = await asyncio.to_thread(line.metrics)
    assert metrics['voicebot_journal_status{status="behind"}'] == 1
    assert metrics["voicebot_journal_lag_seconds"] > 0
    assert metrics["voicebot_journal_lost_facts_total"] == 0
    assert metrics['voicebot_ready{check="journal"}'] == 1
    with pytest.raises(HTTPError) as refused:
        await asyncio.to_thread(line.ask, "/api/calls")
    assert refused.value.code == 503


async def test_it_crashes_again_and_again_while_much_is_written(
    line: Hotline, postgres: Cluster
) -> None:
    """Commits are cut at any moment: made or not, each fact is there once."""
    async with ListeningCaller(line, "desk") as caller:
        await caller.dial()
        await caller.at("choose")
        for number in range(3):
            await keyed(caller, "1")
            caller.press(*f"471{number}")
            async with crashed(postgres, line):
                pass
            await caller.until_fact("keyed", digits=f"471{number}")
        await caller.hang_up()
        record = await whole(caller)
    assert record["path"][-1] in ("choose", "got")
    assert record["path"].count("code") == 3

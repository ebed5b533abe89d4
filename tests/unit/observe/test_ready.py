"""Each part is broken in turn, and readiness must say so by name."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from voicebot.asr.workers import WorkerPool
from voicebot.core.health import Check
from voicebot.core.record import Fact
from voicebot.observe.node import Parts, snapshot
from voicebot.observe.ready import liveness, readiness
from voicebot.observe.snapshot import LineState, Snapshot, Workers
from voicebot.queueing.router import Router
from voicebot.session.directory import Directory
from voicebot.sip.registration import Registration
from voicebot.store.journal import JournalHealth, JournalStatus
from voicebot.store.opening import Store, open_store
from voicebot.store.settings import StoreSettings
from voicebot.tts.settings import TtsSettings
from voicebot.tts.workers import Workers as TtsPool

WELL = Snapshot()


def missing(checks: tuple[Check, ...]) -> dict[str, str]:
    return {check.name: check.reason for check in checks if not check.ok}


def test_a_node_that_is_well_is_ready_and_alive() -> None:
    assert missing(readiness(WELL)) == {}
    assert missing(liveness(WELL)) == {}


@pytest.mark.parametrize(
    ("now", "name", "reason"),
    [
        (replace(WELL, line=LineState(open=False)), "line", "the SIP thread does not answer"),
        (replace(WELL, line=LineState(draining=True)), "draining", "the hotline is stopping"),
        (replace(WELL, line=LineState(capacity=4, legs=4)), "capacity", "all 4 legs are in use"),
        (replace(WELL, asr=Workers(0, 2, 0)), "recognition", "0 of 2 worker processes are up"),
        (replace(WELL, tts=Workers(0, 2, 0)), "speech", "0 of 2 worker processes are up"),
        (
            replace(WELL, journal=JournalHealth(JournalStatus.FAILING, 0, 0, 0)),
            "journal",
            "neither the database nor the spill file",
        ),
        (replace(WELL, journal_alive=False), "journal", "the journal's thread has ended"),
    ],
)
def test_what_is_missing_is_named(now: Snapshot, name: str, reason: str) -> None:
    found = missing(readiness(now))
    assert list(found) == [name]
    assert found[name].startswith(reason)


@pytest.mark.parametrize(
    ("now", "name"),
    [
        (replace(WELL, asr=Workers(1, 2, 0)), "recognition"),
        (replace(WELL, tts=Workers(1, 2, 0)), "speech"),
        (replace(WELL, journal=JournalHealth(JournalStatus.BEHIND, 0, 0, 0)), "journal"),
    ],
)
def test_what_is_short_is_noted_and_calls_are_still_served(now: Snapshot, name: str) -> None:
    [check] = [check for check in readiness(now) if check.name == name]
    assert check.ok
    assert check.reason


def test_only_what_a_restart_would_mend_is_no_life() -> None:
    stuck = replace(WELL, line=LineState(open=False), journal_alive=False)
    assert set(missing(liveness(stuck))) == {"line", "journal"}
    busy = replace(WELL, line=LineState(capacity=1, legs=1, draining=True), asr=Workers(0, 1, 0))
    assert missing(liveness(busy)) == {}


# ---------------------------------------------------------------- real parts


@dataclass
class StandInLine:
    """A line without SIP, which can be stuck."""

    legs: tuple[object, ...] = ()
    registrations: tuple[Registration, ...] = ()
    stuck: asyncio.Event = field(default_factory=asyncio.Event)

    async def guard_counts(self) -> Any:
        if self.stuck.is_set():
            await asyncio.Event().wait()
        return object()


@pytest.fixture
def store(tmp_path: Path) -> Any:
    settings = StoreSettings(node="here", batch_ms=1, retry_ms=10)
    opened = open_store(f"sqlite:///{tmp_path / 'voicebot.db'}", settings)
    yield opened
    opened.close()


@pytest.fixture
async def parts(store: Store, tmp_path: Path) -> AsyncIterator[Parts]:
    asr = WorkerPool({"test": True}, size=1)
    program = Path(__file__).parents[1] / "tts" / "fake_worker.py"
    fake = (sys.executable, str(program), str(tmp_path / "jobs"))
    tts = TtsPool(TtsSettings(workers=1), fake)
    await asyncio.gather(asr.start(), tts.start())
    directory = Directory(Router((), ()), lambda: 0)
    yield Parts(StandInLine(), 2, lambda: False, asr, tts, store.journal, directory)
    await asyncio.gather(asr.close(), tts.close())


async def until(parts: Parts, wanted: Callable[[dict[str, str]], bool]) -> None:
    """Look until what is missing is as wanted."""
    async with asyncio.timeout(20):
        while True:
            if wanted(missing(readiness(await snapshot(parts, answer_s=0.2)))):
                return
            await asyncio.sleep(0.02)


async def test_all_parts_up(parts: Parts) -> None:
    now = await snapshot(parts)
    assert missing(readiness(now)) == {}
    assert (now.asr.up, now.tts.up, now.line.capacity) == (1, 1, 2)


async def test_a_stuck_line_is_missed_and_seen_again(parts: Parts) -> None:
    assert isinstance(parts.line, StandInLine)
    parts.line.stuck.set()
    now = await snapshot(parts, answer_s=0.05)
    assert set(missing(readiness(now))) == {"line"}
    assert set(missing(liveness(now))) == {"line"}
    parts.line.stuck.clear()
    assert missing(readiness(await snapshot(parts))) == {}


async def test_the_last_free_leg_makes_the_difference(parts: Parts) -> None:
    assert isinstance(parts.line, StandInLine)
    parts.line.legs = (object(),)
    assert missing(readiness(await snapshot(parts))) == {}
    parts.line.legs = (object(), object())
    assert set(missing(readiness(await snapshot(parts)))) == {"capacity"}


async def test_dead_recognizers_are_missed_until_one_is_back(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(sys, "executable", "/bin/false")
        os.kill(parts.asr.pids[0], signal.SIGKILL)
        await until(parts, lambda found: set(found) == {"recognition"})
    await until(parts, lambda found: not found)
    assert parts.asr.counts.restarts == 1


async def test_dead_synthesizers_are_missed_until_one_is_back(parts: Parts) -> None:
    os.kill(parts.tts.pids[0], signal.SIGKILL)
    await until(parts, lambda found: set(found) == {"speech"})
    await until(parts, lambda found: not found)
    assert parts.tts.counts.restarts == 1


async def test_a_journal_that_fails_is_missed_until_it_is_well(
    parts: Parts, store: Store, tmp_path: Path, fact: Callable[..., Fact]
) -> None:
    database, spill = tmp_path / "voicebot.db", tmp_path / "voicebot.db.waiting.jsonl"
    database.rename(tmp_path / "away")
    spill.mkdir()
    store.journal.write(fact("rang", caller="", called="hotline"))
    await until(parts, lambda found: set(found) == {"journal"})
    with suppress(OSError):
        spill.rmdir()
    (tmp_path / "away").rename(database)
    await until(parts, lambda found: not found)
    assert parts.journal.commits.count >= 1

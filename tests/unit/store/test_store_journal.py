"""What is written is there later, whatever happens to the database meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from call_story import Pen
from databases import Database, Sqlite
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from voicebot.core.record import Fact, fold
from voicebot.store.journal import JournalStatus
from voicebot.store.opening import Store, open_calls, open_store
from voicebot.store.settings import StoreSettings


def until(store: Store, status: JournalStatus) -> None:
    """Wait for the writer thread, on the condition that it signals after each attempt."""
    deadline = time.monotonic() + 10
    while store.journal.health().status is not status:
        assert time.monotonic() < deadline, store.journal.health()
        store.journal.flush(0.02)


def test_facts_come_back_as_they_were_written(store: Store, pen: Any) -> None:
    write = pen("one")
    facts = [*write.begin(), write("heard", 900, text="我的卡丢了", confidence=0.5), write.end()]
    for fact in facts:
        store.journal.write(fact)
    assert store.journal.flush()
    assert list(store.calls.facts("one")) == facts
    assert store.calls.get("one") == fold(facts)
    assert store.journal.health().lag_ms == 0


def test_writing_does_not_wait_for_the_database(store: Store, pen: Any, database: Database) -> None:
    write = pen("one")
    with database.locked():
        begun = time.perf_counter()
        for _ in range(1_000):
            store.journal.write(write("tagged", tag="x"))
        assert time.perf_counter() - begun < 1.0
    assert store.journal.flush()
    assert len(store.calls.facts("one")) == 1_000


def test_a_locked_database_delays_and_loses_nothing(
    store: Store, pen: Any, database: Database, spill: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write = pen("one")
    first, later = write.begin(), [write("tagged", tag=str(n)) for n in range(50)]
    with database.locked():
        for fact in first:
            store.journal.write(fact)
        until(store, JournalStatus.BEHIND)
        for fact in later:
            store.journal.write(fact)
        assert not store.journal.flush(0.1)
        health = store.journal.health()
        assert health.lag_ms > 0
        assert "lock" in health.error
        # A kill now would lose none of them.
        spilled = spill.read_text().splitlines()
        assert [json.loads(line)["seq"] for line in spilled] == list(range(52))
    assert store.journal.flush()
    assert list(store.calls.facts("one")) == [*first, *later]
    assert not spill.exists()
    assert store.journal.health().status is JournalStatus.OK
    away = [record for record in caplog.records if "is away" in record.message]
    back = [record for record in caplog.records if "is back" in record.message]
    assert (len(away), len(back)) == (1, 1)


def test_without_database_and_spill_file_memory_keeps_as_much_as_it_may(
    database: Database, settings: StoreSettings, pen: Any, tmp_path: Path
) -> None:
    nowhere = replace(settings, spill=tmp_path / "away" / "spill", memory_facts=20)
    store = open_store(database.url, nowhere)
    shutil.rmtree(tmp_path / "away", ignore_errors=True)
    write = pen("one")
    facts = [write("tagged", tag=str(n)) for n in range(30)]
    with database.locked():
        for fact in facts[:10]:
            store.journal.write(fact)
        until(store, JournalStatus.FAILING)
        for fact in facts[10:]:
            store.journal.write(fact)
        while (health := store.journal.health()).pending < 20 or not health.lost:
            store.journal.flush(0.02)
    assert store.journal.flush()
    kept = [fact.seq for fact in store.calls.facts("one")]
    assert kept == list(range(len(kept)))
    assert len(kept) >= 20
    assert store.journal.health().lost == 30 - len(kept)
    assert not store.close()


def test_what_the_database_refused_at_the_end_is_there_after_the_next_start(
    url: str, settings: StoreSettings, pen: Any, database: Database
) -> None:
    store = open_store(url, settings)
    write = pen("one")
    facts = [*write.begin(), write.end()]
    with database.locked():
        for fact in facts:
            store.journal.write(fact)
        assert store.close()
    again = open_store(url, settings)
    assert list(again.calls.facts("one")) == facts
    again.close()


def test_half_a_line_of_a_killed_writer_costs_only_itself(
    url: str, settings: StoreSettings, pen: Any, database: Database, spill: Path
) -> None:
    open_store(url, settings).close()
    write = pen("one")
    store = open_store(url, settings)
    with database.locked():
        for fact in [*write.begin(), write.end()]:
            store.journal.write(fact)
        store.close()
    with spill.open("a") as file:
        file.write('{"call": "one", "se')
    again = open_store(url, settings)
    assert len(again.calls.facts("one")) == 3
    again.close()


def test_a_fact_that_is_there_already_is_left_out(store: Store, pen: Any) -> None:
    write = pen("one")
    facts = [*write.begin(), write("tagged", tag="a"), write.end()]
    for fact in [*facts, facts[2], facts[0]]:
        store.journal.write(fact)
        store.journal.flush()
    assert list(store.calls.facts("one")) == facts
    assert store.calls.list().calls == (fold(facts),)


@pytest.mark.parametrize(
    "value", ["\ud800", "a\0b", float("nan"), {"deep": ["\udfff", (1, 2)]}, object(), {1: b"x"}]
)
def test_whatever_a_caller_sends_the_journal_goes_on(store: Store, pen: Any, value: Any) -> None:
    write = pen("one")
    first, rest = write("rang", caller=value, called="hotline"), write.end()
    store.journal.write(first)
    store.journal.write(rest)
    assert store.journal.flush()
    assert [fact.kind for fact in store.calls.facts("one")] == ["rang", "ended"]
    assert store.calls.get("one") is not None


def test_a_fact_that_cannot_be_folded_does_not_hold_up_the_others(store: Store, pen: Any) -> None:
    write = pen("one")
    for fact in [write("rang"), write("ended", outcome="nonsense"), write.end()]:
        store.journal.write(fact)
    assert store.journal.flush()
    assert len(store.calls.facts("one")) == 3
    (cdr,) = store.calls.list().calls
    assert cdr.outcome == "contained"


def test_a_database_that_was_moved_away_is_missed(
    sqlite: Sqlite, settings: StoreSettings, pen: Any, tmp_path: Path
) -> None:
    store, elsewhere = open_store(sqlite.url, settings), tmp_path / "elsewhere.db"
    write = pen("one")
    first, second = write.begin()
    store.journal.write(first)
    assert store.journal.flush()
    sqlite.run("PRAGMA wal_checkpoint(TRUNCATE)")
    sqlite.file.rename(elsewhere)
    store.journal.write(second)
    until(store, JournalStatus.BEHIND)
    assert "gone" in store.journal.health().error
    elsewhere.rename(sqlite.file)
    assert store.journal.flush()
    assert list(store.calls.facts("one")) == [first, second]
    store.close()


def test_logs_say_nothing_of_what_callers_say(
    store: Store, pen: Any, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    write = pen("one")
    secret = "xyzzy4711"
    with database.locked():
        store.journal.write(write("heard", text=secret))
        until(store, JournalStatus.BEHIND)
        assert secret not in store.journal.health().error
    store.journal.flush()
    for fact in [
        write("rang", caller=secret),
        write("ended", outcome=secret),
        replace(write("keyed", digits=secret), seq=0),
        write("said", text=f"{secret}\ud800"),
    ]:
        store.journal.write(fact)
        store.journal.flush()
    assert len(caplog.records) >= 4
    assert secret not in caplog.text


# ---------------------------------------------------------------- the cache against the fold

KINDS: list[tuple[str, Callable[[int], dict[str, Any]]]] = [
    ("moved", lambda n: {"node": f"n{n}", "via": "x"}),
    ("understood", lambda n: {"choice": f"c{n}" if n % 2 else ""}),
    ("timed_out", lambda n: {"node": "n", "count": n}),
    ("not_understood", lambda n: {"node": "n", "count": n}),
    ("barged_in", lambda n: {"by": "speech"}),
    ("resumed", lambda n: {"reason": "cough"}),
    ("queued", lambda n: {"queue": f"q{n}", "position": n}),
    ("bridged", lambda n: {"queue": "q", "agent": f"a{n}", "wait_ms": n}),
    ("unbridged", lambda n: {"agent": "a", "talk_ms": n, "by": "caller"}),
    ("tagged", lambda n: {"tag": f"t{n}"}),
    ("recording", lambda n: {"file": f"f{n}" if n % 2 else "", "paused": False}),
]
STEP = st.tuples(
    st.integers(0, 2), st.sampled_from(KINDS), st.integers(0, 9), st.booleans(), st.booleans()
)


@budget(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=40))
def test_the_stored_record_is_the_fold(
    database: Database,
    settings: StoreSettings,
    steps: list[tuple[int, Any, int, bool, bool]],
) -> None:
    """Calls side by side, in batches cut anywhere, some ended, some written on after a restart."""
    database.clear()
    store = open_store(database.url, replace(settings, batch_ms=0))
    pens = [Pen(f"call-{n}") for n in range(3)]
    written: dict[str, list[Fact]] = {}
    for pen in pens:
        for fact in pen.begin():
            written.setdefault(fact.call, []).append(fact)
            store.journal.write(fact)
    for index, (kind, data), number, ends, flushes in steps:
        pen = pens[index]
        fact = pen.end(pen.seq * 10) if ends and number == 0 else pen(kind, **data(number))
        written[fact.call].append(fact)
        store.journal.write(fact)
        if flushes:
            store.journal.flush()
    assert store.journal.flush()
    for cdr in store.calls.list().calls:
        assert cdr == fold(written[cdr.call]) == store.calls.get(cdr.call)
    store.close()


# ---------------------------------------------------------------- killed

WRITER = """
import sys, time
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind
from voicebot.store.opening import open_store
from voicebot.store.settings import StoreSettings

store = open_store(sys.argv[1], StoreSettings(node="here", spill=Path(sys.argv[2])))
for seq in count():
    fact = Fact(CallId("one"), seq, seq, datetime.now(UTC), FactKind.TAGGED, {"tag": "x"})
    store.journal.write(fact)
    print(seq, time.monotonic(), flush=True)
    time.sleep(0.002)
"""


@pytest.mark.parametrize("lock", [False, True], ids=["as usual", "while the database is locked"])
def test_a_killed_node_loses_no_fact_older_than_a_second(
    url: str, database: Database, spill: Path, *, lock: bool
) -> None:
    settings = StoreSettings(node="here", spill=spill)
    open_store(url, settings).close()
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, url, str(spill)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stdout is not None
    written = [child.stdout.readline().split()]
    with database.locked() if lock else nullcontext():
        while float(written[-1][1]) - float(written[0][1]) < 1.5:
            written.append(child.stdout.readline().split())
        child.send_signal(signal.SIGKILL)
        killed = time.monotonic()
        child.wait()
    store = open_store(url, settings)
    facts = store.calls.facts("one")
    cdr = store.calls.get("one")
    store.close()
    old = [int(seq) for seq, at in written if float(at) < killed - 1.0]
    assert len(old) > 50
    assert {fact.seq for fact in facts} >= set(old)
    assert cdr is not None
    assert (cdr.outcome, cdr.ended_by) == ("failed", "system")


FULL = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from voicebot.core.audio import Pcm
from voicebot.core.call import CallId
from voicebot.core.ports import Audio
from voicebot.core.record import Fact, FactKind
from voicebot.store.journal import JournalStatus
from voicebot.store.opening import open_store
from voicebot.store.recordings import Recordings
from voicebot.store.settings import RecordingSettings, StoreSettings

folder = Path(sys.argv[1])
store = open_store(f"sqlite:///{folder}/voicebot.db", StoreSettings(node="here", batch_ms=5))
recordings = Recordings(RecordingSettings(folder / "recordings"))
_, recording = recordings.record(CallId("one"), 8000)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
seq = 0
while store.journal.health().status is not JournalStatus.FAILING:
    data = {"tag": "x" * 5_000}
    store.journal.write(Fact(CallId("one"), seq, seq, datetime.now(UTC), FactKind.TAGGED, data))
    store.journal.flush(0.01)
    seq += 1
second = Pcm.silence(1_000, 8000)
for _ in range(20):
    recording.add(Audio(second, second))
    while not recording.failure and recording._taken_ms < recording._given_ms:
        store.journal.flush(0.001)
assert recording.failure, "the recording did not notice"
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
recording.close()
assert recordings.close()
assert store.close(), store.journal.health()
print(seq)
"""


def test_a_full_disk_stops_nothing_and_loses_no_fact(tmp_path: Path) -> None:
    """The disk is full for files beyond a size, then has room again."""
    script = textwrap.dedent(FULL)
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    store = open_store(f"sqlite:///{tmp_path}/voicebot.db", StoreSettings(node="elsewhere"))
    store.close()
    reading = open_calls(f"sqlite:///{tmp_path}/voicebot.db")
    assert [fact.seq for fact in reading.facts("one")] == list(range(int(done.stdout)))
    reading.close()

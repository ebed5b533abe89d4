"""What engines count, and how it is read off a snapshot."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from voicebot.asr.jobs import Urgency
from voicebot.asr.wire import Message
from voicebot.asr.workers import PoolCounts, WorkerPool
from voicebot.core.call import CallState
from voicebot.core.errors import EngineError
from voicebot.core.queueing import AgentState, QueueStatus
from voicebot.core.tally import Tally
from voicebot.observe.metrics import Metrics
from voicebot.observe.snapshot import LineState, Snapshot, Workers
from voicebot.store.journal import JournalHealth, JournalStatus
from voicebot.tts.settings import TtsSettings
from voicebot.tts.wire import Job
from voicebot.tts.workers import Workers as TtsPool


def test_a_tally_counts_by_bounds_and_never_below_zero() -> None:
    tally = Tally((0.1, 1.0))
    for seconds in (-5.0, 0.1, 0.5, 7.0):
        tally.add(seconds)
    assert tally.counts == [2, 1, 1]
    assert (tally.count, tally.sum_s) == (4, pytest.approx(7.6))


async def test_a_reading_is_counted_with_its_sound() -> None:
    pool = WorkerPool({"test": True}, size=1)
    await pool.start()
    message = Message({"engine": "test", "echo": 1}, (), 2.5)
    try:
        for urgency in Urgency:
            await pool.answer(pool.submit(lambda _: message, urgency))
        wrong = Message({"engine": "test", "raise": True})
        with pytest.raises(EngineError):
            await pool.answer(pool.submit(lambda _: wrong, Urgency.FINAL))
    finally:
        await pool.close()
    counts = pool.counts
    assert counts.sound_s == 7.5
    assert counts.decoded.count == counts.waited.count == 3, "nobody waits for the background"
    assert 0 < counts.decode_s < 5
    assert (counts.failed, counts.restarts) == (1, 0)


async def test_a_sentence_is_counted_where_a_call_waits_for_it(tmp_path: Path) -> None:
    program = Path(__file__).parents[1] / "tts" / "fake_worker.py"
    pool = TtsPool(TtsSettings(workers=1), (sys.executable, str(program), str(tmp_path / "jobs")))
    await pool.start()
    try:
        await pool.submit(_job("hello"))
        await pool.submit(_job("later"), urgent=False)
        with pytest.raises(EngineError):
            await pool.submit(_job("fail"))
    finally:
        await pool.close()
    assert (pool.counts.made.count, pool.counts.failed, pool.counts.restarts) == (1, 1, 0)


def _job(text: str) -> Job:
    return Job(text=text, voice="en-us", words_per_minute=165, rate=8_000, level_db=-20.0)


def test_a_snapshot_is_read_as_it_is() -> None:
    counts = PoolCounts(failed=2, restarts=3, sound_s=10.0, decode_s=4.0)
    counts.decoded.add(0.3)
    now = replace(
        Snapshot(),
        line=LineState(capacity=9, legs=4, registered={"trunk": False}),
        calls={CallState.QUEUED: 2},
        asr=Workers(1, 2, 5),
        asr_counts=counts,
        journal=JournalHealth(JournalStatus.BEHIND, 7, 1_500, 1),
        queues={"cards": QueueStatus(waiting=2)},
        agents={AgentState.BUSY: 3},
    )
    metrics = Metrics()
    metrics.render(now)

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(f"voicebot_{name}", labels)

    assert value("calls", state="QUEUED") == 2
    assert value("calls", state="IVR") == 0
    assert (value("legs"), value("legs_capacity")) == (4, 9)
    assert value("trunk_registered", trunk="trunk") == 0
    assert value("asr_jobs_waiting") == 5
    assert value("asr_decode_seconds_bucket", le="0.35") == 1
    assert value("asr_decode_seconds_bucket", le="0.2") == 0
    assert value("asr_decode_seconds_sum") == pytest.approx(0.3)
    assert value("asr_busy_seconds_total") == 4
    assert value("worker_restarts_total", pool="asr") == 3
    assert (value("workers", pool="asr"), value("workers_wanted", pool="asr")) == (1, 2)
    assert value("journal_status", status="behind") == 1
    assert value("journal_status", status="ok") == 0
    assert value("journal_lag_seconds") == 1.5
    assert value("journal_lost_facts_total") == 1
    assert value("queue_waiting", queue="cards") == 2
    assert value("agents", state="busy") == 3
    assert value("ready", check="journal") == 1, "facts wait on disk: calls are served"

"""Metrics that are read off a snapshot at the moment they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import accumulate

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from voicebot.core.call import CallState
from voicebot.core.queueing import AgentState
from voicebot.core.tally import Tally
from voicebot.observe.ready import readiness
from voicebot.observe.snapshot import Snapshot
from voicebot.store.journal import JournalStatus


class NodeMetrics(Collector):
    """Whoever renders the metrics sets `now` first."""

    def __init__(self) -> None:
        self.now = Snapshot()

    def collect(self) -> Iterator[Metric]:
        now = self.now
        yield from _calls(now)
        yield from _line(now)
        yield from _recognition(now)
        yield from _speech(now)
        yield from _journal(now)
        yield from _people(now)


def _calls(now: Snapshot) -> Iterator[Metric]:
    running = {state.value: now.calls.get(state, 0) for state in CallState if state != "ENDED"}
    yield _gauges("calls", "Calls under way, by state.", "state", running)
    checks = {check.name: float(check.ok) for check in readiness(now)}
    yield _gauges("ready", "1: this condition of serving a call is met.", "check", checks)


def _line(now: Snapshot) -> Iterator[Metric]:
    line, guard = now.line, now.line.guard
    yield _gauge("legs", "SIP legs that are up, agents' included.", line.legs)
    yield _gauge("legs_capacity", "SIP legs that there may be.", line.capacity)
    if guard is not None:
        counts = asdict(guard)
        yield _gauge("sip_connections", "TCP and TLS from outside.", counts.pop("connections", 0))
        yield _counters("sip_guard", "What the SIP guard did.", "verdict", counts)
    trunks = {name: float(active) for name, active in line.registered.items()}
    yield _gauges("trunk_registered", "1: registered with this trunk.", "trunk", trunks)


def _recognition(now: Snapshot) -> Iterator[Metric]:
    counts = now.asr_counts
    yield _gauge("asr_jobs_waiting", "Readings that no recognizer has begun.", now.asr.waiting)
    yield _tally("asr_wait_seconds", "Readings: queued to begun.", counts.waited)
    yield _tally("asr_decode_seconds", "Readings: begun to answered.", counts.decoded)
    yield _counter("asr_sound_seconds", "Sound that was decoded.", counts.sound_s)
    yield _counter("asr_busy_seconds", "Time that decoding it took.", counts.decode_s)
    yield _counter("asr_jobs_failed", "Readings that were given up.", counts.failed)
    restarts = {"asr": counts.restarts, "tts": now.tts_counts.restarts}
    yield _counters("worker_restarts", "Workers lost and replaced.", "pool", restarts)
    up, wanted = {}, {}
    for pool, workers in {"asr": now.asr, "tts": now.tts}.items():
        up[pool], wanted[pool] = workers.up, workers.wanted
    yield _gauges("workers", "Worker processes that are up.", "pool", up)
    yield _gauges("workers_wanted", "Worker processes that there should be.", "pool", wanted)


def _speech(now: Snapshot) -> Iterator[Metric]:
    counts = now.tts_counts
    yield _gauge("tts_jobs_waiting", "Sentences that no synthesizer has begun.", now.tts.waiting)
    yield _tally("tts_seconds", "Sentences: ordered to made; cached ones left out.", counts.made)
    yield _counter("tts_jobs_failed", "Sentences that were given up.", counts.failed)


def _journal(now: Snapshot) -> Iterator[Metric]:
    health = now.journal
    states = {status.value: float(status is health.status) for status in JournalStatus}
    yield _gauges("journal_status", "1: the journal is in this state.", "status", states)
    yield _gauge("journal_pending_facts", "Facts not written yet.", health.pending)
    lag_s = health.lag_ms / 1000
    yield _gauge("journal_lag_seconds", "Age of the oldest fact that is not stored.", lag_s)
    yield _counter("journal_lost_facts", "Facts that found no room.", health.lost)
    yield _tally("journal_commit_seconds", "One commit of facts.", now.commits)


def _people(now: Snapshot) -> Iterator[Metric]:
    waiting = {name: float(queue.waiting) for name, queue in now.queues.items()}
    yield _gauges("queue_waiting", "Callers waiting for an agent.", "queue", waiting)
    staffed = {name: float(queue.staffed) for name, queue in now.queues.items()}
    yield _gauges("queue_staffed", "Agents at work, as the queue sees it.", "queue", staffed)
    oldest = {name: (queue.longest_wait_ms or 0) / 1000 for name, queue in now.queues.items()}
    yield _gauges("queue_oldest_seconds", "Wait of who waits longest now.", "queue", oldest)
    expected = {
        name: queue.expected_wait_ms / 1000
        for name, queue in now.queues.items()
        if queue.expected_wait_ms is not None
    }
    text = "Wait to expect for one who would join; none where it is not known."
    yield _gauges("queue_expected_wait_seconds", text, "queue", expected)
    agents = {state.value: now.agents.get(state, 0) for state in AgentState}
    yield _gauges("agents", "Agents, by what they do.", "state", agents)
    spent = {state.value: now.agents_ms.get(state, 0) / 1000 for state in AgentState}
    yield _counters("agent_seconds", "Time of all agents, by what they did.", "state", spent)


# ---------------------------------------------------------------- families


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"voicebot_{name}", text, value=value)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"voicebot_{name}", text, value=value)


def _gauges(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"voicebot_{name}", text, labels=[label])
    return _filled(family, values.items())


def _counters(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(f"voicebot_{name}", text, labels=[label])
    return _filled(family, values.items())


def _filled(
    family: GaugeMetricFamily | CounterMetricFamily, values: Iterable[tuple[str, float]]
) -> Metric:
    for label, value in values:
        family.add_metric([label], value)
    return family


def _tally(name: str, text: str, tally: Tally) -> Metric:
    bounds = [*(str(bound) for bound in tally.bounds_s), "+Inf"]
    buckets = list(zip(bounds, accumulate(tally.counts), strict=True))
    return HistogramMetricFamily(f"voicebot_{name}", text, buckets=buckets, sum_value=tally.sum_s)

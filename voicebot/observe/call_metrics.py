"""Metrics that are a fold over the facts of calls.

Labels have few values, all of them the program's or the operator's own: flows, queues, outcomes.
Nothing of a caller is ever a label.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

from voicebot.core.call import CallId, EndedBy, Outcome
from voicebot.core.record import Fact, FactKind

log = logging.getLogger(__name__)

TURN_S = (
    0.005,
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.3,
    0.4,
    0.45,
    0.5,
    0.6,
    0.7,
    0.85,
    1.0,
    1.5,
    2.5,
    5.0,
)
BARGE_IN_S = (0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.6, 1.0)
WAIT_S = (1.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0)
CALL_S = (5.0, 15.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 1200.0, 3600.0)
JITTER_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1)
LOSS = (0.0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3)


@dataclass(slots=True)
class _Call:
    """What is remembered of a call between two facts."""

    flow: str = ""
    asked_ms: int | None = None
    """When the caller's last answer ended, while nothing has been said to it."""
    by: str = ""
    """`speech` or `keys`."""
    expected_ms: tuple[int, ...] = ()
    """When, by what the caller was told, an agent would have come; time of the call."""


class CallMetrics:
    """Folds facts, one by one, in the order of the feed."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._calls: dict[CallId, _Call] = {}

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"voicebot_{name}", text, labels, registry=registry)

        def histogram(name: str, text: str, bounds: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"voicebot_{name}", text, labels, buckets=bounds, registry=registry)

        self._started = counter("calls_started", "Calls that came in.")
        self._ended = counter("calls_ended", "Calls that ended.", "flow", "outcome", "by")
        self._length = histogram("call_seconds", "Length of calls that ended.", CALL_S)
        self._turn = histogram("turn_seconds", "Time of each stage of a turn.", TURN_S, "stage")
        self._response = histogram(
            "response_seconds", "End of the caller's answer to the bot's next sound.", TURN_S, "by"
        )
        self._barge_in = histogram(
            "barge_in_seconds", "Caller's onset to the bot's silence.", BARGE_IN_S, "by"
        )
        self._resumed = counter("barge_ins_resumed", "Barge-ins that were none.", "reason")
        self._inputs = counter("inputs", "What came back from callers.", "result")
        self._backend = histogram(
            "backend_request_seconds", "Requests to the flows' back end.", TURN_S, "result"
        )
        self._wait = histogram("queue_wait_seconds", "Time in a queue.", WAIT_S, "queue", "outcome")
        self._ewt_error = histogram(
            "queue_announced_error_seconds", "Wait, off what was announced.", WAIT_S, "queue"
        )
        self._talk = histogram("talk_seconds", "Caller and agent talked.", CALL_S)
        self._offers = counter("offers_failed", "Offers that no agent took.", "outcome")
        self._transfers = counter("transfers", "Transfers by outcome.", "outcome")
        self._failures = counter("call_failures", "What failed within calls.", "what")
        self._packets = counter("rtp_packets", "RTP packets of legs that ended.", "leg", "fate")
        self._loss = histogram("rtp_loss_ratio", "Lost or late packets, by leg.", LOSS, "leg")
        self._jitter = histogram("rtp_jitter_seconds", "Mean jitter, by leg.", JITTER_S, "leg")
        self._underruns = counter("pcm_underruns", "Gaps within what was played.", "leg")
        self._overruns = counter("pcm_overrun_samples", "Samples heard and never read.", "leg")
        self._refused = counter("pcm_refused_samples", "Samples that found no room.", "leg")
        self._discards = counter("dtmf_discards", "Keys that did not count.", "method", "reason")
        self._gaps = counter("feed_gaps", "Times that facts were missed by these metrics.")
        for outcome in ("answer", "no_input", "no_match"):
            self._inputs.labels(outcome)

    def missed(self) -> None:
        """Facts were lost on the way here: what is remembered may be stale."""
        self._gaps.inc()
        self._calls.clear()

    def take(self, fact: Fact) -> None:
        """Fold one fact. One with missing keys is counted as far as it goes."""
        call = self._calls.setdefault(fact.call, _Call())
        folder = getattr(self, f"_on_{fact.kind}", None)
        if folder is not None:
            folder(call, fact, fact.data)
        if fact.kind is FactKind.ENDED:
            self._calls.pop(fact.call, None)

    # ------------------------------------------------------------ calls

    def _on_rang(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        self._started.inc()

    def _on_answered(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        call.flow = data["flow"]

    def _on_ended(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        outcome, by = Outcome(data["outcome"]), EndedBy(data["by"])
        self._ended.labels(call.flow, outcome.value, by.value).inc()
        self._length.observe(fact.at_ms / 1000)

    def _on_failed(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        self._failures.labels(data["what"]).inc()

    # ------------------------------------------------------------ turns

    def _on_heard(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        call.asked_ms, call.by = data["end_ms"], "speech"
        waited_ms = fact.at_ms - data["end_ms"] - data["wait_ms"]
        self._stage("endpointing", data["wait_ms"])
        self._stage("recognition", data["decode_ms"])
        self._stage("recognition_wait", waited_ms)
        self._stage("understanding", data["understand_ms"])

    def _on_keyed(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        call.asked_ms, call.by = fact.at_ms, "keys"

    def _on_moved(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        if "step_ms" in data:
            self._stage("flow", data["step_ms"])

    def _on_said(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        took_ms = data.get("first_sound_ms")
        if took_ms is None:
            return
        self._stage("first_sound", took_ms)
        if call.asked_ms is not None and data["start_ms"] >= call.asked_ms:
            seconds = (data["start_ms"] + took_ms - call.asked_ms) / 1000
            self._response.labels(call.by).observe(seconds)
            call.asked_ms = None

    def _on_understood(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        self._inputs.labels("answer").inc()

    def _on_timed_out(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        self._inputs.labels("no_input").inc()

    def _on_not_understood(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        self._inputs.labels("no_match").inc()

    def _on_barged_in(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        self._barge_in.labels(data["by"]).observe(data["silent_ms"] / 1000)

    def _on_resumed(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        self._resumed.labels(data["reason"]).inc()

    def _on_requested(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        status = data["status"]
        result = data["error"] or f"{status // 100}xx"
        self._backend.labels(result).observe(data["took_ms"] / 1000)

    def _stage(self, stage: str, ms: float) -> None:
        self._turn.labels(stage).observe(max(0.0, ms / 1000))

    # ------------------------------------------------------------ people

    def _on_queued(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        call.expected_ms = ()

    def _on_announced(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        if data["expected_ms"] is not None:
            call.expected_ms = (*call.expected_ms, fact.at_ms + data["expected_ms"])

    def _on_bridged(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        call.asked_ms = None
        if data.get("via") == "transfer":
            return  # The wait in the queue was over before.
        for expected_ms in call.expected_ms:
            error_s = abs(fact.at_ms - expected_ms) / 1000
            self._ewt_error.labels(data["queue"]).observe(error_s)
        self._wait.labels(data["queue"], "answered").observe(data["wait_ms"] / 1000)

    def _on_left_queue(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        self._wait.labels(data["queue"], data["outcome"]).observe(data["wait_ms"] / 1000)

    def _on_unbridged(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        self._talk.observe(data["talk_ms"] / 1000)

    def _on_offer_ended(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        self._offers.labels(data["outcome"]).inc()

    def _on_transferred(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        self._transfers.labels(data["outcome"]).inc()

    # ------------------------------------------------------------ sound

    def _on_measured(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        leg, arrived = data["leg"], data["packets"]
        missed = data["lost"] + data["late"]
        for fate, key in _FATES.items():
            self._packets.labels(leg, fate).inc(data[key])
        if arrived + data["lost"]:
            self._loss.labels(leg).observe(missed / (arrived + data["lost"]))
            self._jitter.labels(leg).observe(data["jitter_ms"] / 1000)
        self._underruns.labels(leg).inc(data["underruns"])
        self._overruns.labels(leg).inc(data["overruns"])
        self._refused.labels(leg).inc(data["refused"])
        for reason, count in data["keys_left_out"].items():
            self._discards.labels("signaled", reason).inc(count)

    def _on_key_dropped(self, call: _Call, fact: Fact, data: Mapping[str, Any]) -> None:
        self._discards.labels(data["method"], data["reason"]).inc(data["count"])


_FATES = {
    "arrived": "packets",
    "lost": "lost",
    "late": "late",
    "doubled": "doubled",
    "reordered": "reordered",
    "far_lost": "far_lost",
}
"""Label, and where a report has it."""

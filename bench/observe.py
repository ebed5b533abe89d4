"""What watching costs: CPU time of metrics, traces and log lines.

    python -m bench.observe [--calls 1000]

A call here has 22 facts, among them one turn by voice and one by keys, a queue with two offers and
a talk. CPU time, so that other programs on the machine do not count.
"""

from __future__ import annotations

import argparse
import io
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind
from voicebot.observe.log_lines import formatter
from voicebot.observe.metrics import Metrics
from voicebot.observe.settings import LogFormat, LogSettings
from voicebot.observe.snapshot import Snapshot
from voicebot.observe.spans import spans

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SAID = {"text": "Done.", "prompt": "p", "heard_ms": 900, "total_ms": 900, "interrupted": False}
HEARD = {
    "text": "yes", "confidence": 0.9, "hypotheses": [], "start_ms": 2_000, "end_ms": 3_000,
    "reason": "complete", "rejected": False, "wait_ms": 400, "decode_ms": 200, "understand_ms": 10,
}  # fmt: skip
MEANT = {"match": "choice", "choice": "c", "confidence": 0.9, "slots": {}, "runner_up": ""}
MOVED = {"node": "n", "via": "", "step_ms": 0.5}
OFFER = {"queue": "q", "agent": "anna"}
SOUND = dict.fromkeys(
    ("packets", "lost", "late", "doubled", "reordered", "jitter_ms", "jitter_max_ms", "far_lost",
     "underruns", "overruns", "refused"), 1
)  # fmt: skip
STORY: tuple[tuple[str, dict[str, object]], ...] = (
    ("rang", {"caller": "1", "called": "2"}),
    ("answered", {"flow": "f", "flow_version": "v", "language": "en", "rate": 8_000}),
    ("moved", MOVED),
    ("resumed", {"reason": "no speech"}),
    ("barged_in", {"by": "speech", "onset_ms": 1, "silent_ms": 180, "heard_ms": 1, "total_ms": 2}),
    ("said", {**SAID, "start_ms": 0, "first_sound_ms": 30}),
    ("heard", HEARD),
    ("understood", MEANT),
    ("moved", MOVED),
    ("requested", {"node": "n", "method": "GET", "status": 200, "took_ms": 90, "error": ""}),
    ("said", {**SAID, "start_ms": 3_600, "first_sound_ms": 30}),
    ("keyed", {"digits": "1", "reason": "complete"}),
    ("key_dropped", {"method": "inband", "reason": "duplicate", "count": 1}),
    ("moved", MOVED),
    ("queued", {"queue": "q", "position": 1}),
    ("offered", OFFER),
    ("offer_ended", {**OFFER, "outcome": "busy"}),
    ("offered", OFFER),
    ("bridged", {**OFFER, "wait_ms": 6_000}),
    ("unbridged", {"agent": "anna", "talk_ms": 30_000, "by": "agent"}),
    ("measured", {**SOUND, "leg": "caller", "keys_left_out": {}}),
    ("ended", {"by": "agent", "outcome": "handled", "code": 200, "node": "n"}),
)


def call() -> list[Fact]:
    """One call's facts, half a second apart."""
    return [
        Fact(CallId("c"), i, i * 500, NOON + timedelta(seconds=i / 2), FactKind(kind), data)
        for i, (kind, data) in enumerate(STORY)
    ]


def cost_ms(work: Callable[[], object], times: int) -> float:
    """CPU time of one round, in ms."""
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) * 1000 / times


def traced(facts: list[Fact]) -> Callable[[], None] | None:
    """Folds a call and makes its spans; None without OpenTelemetry."""
    try:
        from opentelemetry.sdk.trace import TracerProvider
    except ImportError:
        return None
    from voicebot.observe.tracing import Traces

    traces = Traces(TracerProvider(shutdown_on_exit=False).get_tracer("bench"))
    return lambda: [traces.take(fact) for fact in facts] and None


def log_line(form: LogFormat) -> Callable[[], None]:
    """Logs one line."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(formatter(LogSettings(form)))
    log = logging.getLogger(f"voicebot.bench.{form}")
    log.propagate, log.handlers = False, [handler]
    log.setLevel(logging.INFO)
    return lambda: log.info("call ended", extra={"call": "602eec69", "ms": 1, "by": "bot"})


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000)
    times = parser.parse_args().calls
    metrics, facts = Metrics(), call()
    rows: dict[str, Callable[[], object] | None] = {
        "a call into metrics": lambda: [metrics.calls.take(fact) for fact in facts],
        "one answer to GET /metrics": lambda: metrics.render(Snapshot()),
        "a call into a tree of spans": lambda: spans(facts),
        "a call into OpenTelemetry's spans, that tree included": traced(facts),
        "a log line, text": log_line(LogFormat.TEXT),
        "a log line, json": log_line(LogFormat.JSON),
    }
    print("| what | CPU, ms |\n|---|---|")
    for name, work in rows.items():
        shown = "not installed" if work is None else f"{cost_ms(work, times):.3f}"
        print(f"| {name} | {shown} |")


if __name__ == "__main__":
    main()

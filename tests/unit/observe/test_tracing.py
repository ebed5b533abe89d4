from __future__ import annotations

import builtins
from typing import Any

import pytest

from voicebot.core.errors import ConfigError
from voicebot.core.record import Fact
from voicebot.observe.settings import TraceSettings
from voicebot.observe.tracing import Traces, tracing

REASON = "OpenTelemetry is not installed: script/setup --test, or requirements/otel.txt"


@pytest.fixture
def exporter() -> Any:
    """An exporter in memory."""
    pytest.importorskip("opentelemetry.sdk", reason=REASON)
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    return InMemorySpanExporter()


@pytest.fixture
def traces(exporter: Any) -> Traces:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Traces(provider.get_tracer("test"))


def test_a_call_is_one_trace_of_call_turn_and_stage(
    traces: Traces, exporter: Any, story: list[Fact]
) -> None:
    for fact in story:
        assert not exporter.get_finished_spans(), "sent when the call has ended"
        traces.take(fact)
    sent = exporter.get_finished_spans()
    assert len({span.context.trace_id for span in sent}) == 1
    by_id = {span.context.span_id: span for span in sent}
    [root] = [span for span in sent if span.parent is None]
    assert root.name == "call"
    speech = next(span for span in sent if span.name == "speech")
    turn = by_id[speech.parent.span_id]
    assert (turn.name, by_id[turn.parent.span_id]) == ("turn", root)
    assert speech.end_time - speech.start_time == 1_000_000_000


def test_a_call_that_failed_is_an_error(traces: Traces, exporter: Any, story: list[Fact]) -> None:
    from dataclasses import replace

    ended = replace(story[-1], data={**story[-1].data, "outcome": "failed"})
    for fact in [*story[:-1], ended]:
        traces.take(fact)
    [root] = [span for span in exporter.get_finished_spans() if span.parent is None]
    assert not root.status.is_ok


def test_what_was_missed_is_not_made_up(traces: Traces, exporter: Any, story: list[Fact]) -> None:
    for fact in story[:5]:
        traces.take(fact)
    traces.missed()
    for fact in story[5:]:
        traces.take(fact)
    assert exporter.get_finished_spans() == ()


def test_without_an_endpoint_nothing_is_traced() -> None:
    with tracing(TraceSettings()) as followers:
        assert followers == []


def test_an_endpoint_without_the_extra_is_told_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("opentelemetry"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with (
        pytest.raises(ConfigError, match="not installed"),
        tracing(TraceSettings(endpoint="http://127.0.0.1:4318/v1/traces")),
    ):
        pass

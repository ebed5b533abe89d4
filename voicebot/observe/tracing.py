"""Calls as OpenTelemetry traces, sent when they have ended. The only file that knows OpenTelemetry,
which is optional: `pip install voicebot[otel]`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from voicebot.core.call import CallId
from voicebot.core.errors import ConfigError, Problem
from voicebot.core.record import Fact, FactKind
from voicebot.observe.settings import TraceSettings
from voicebot.observe.spans import Span, spans

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

MOST_FACTS = 5_000
"""Of one call; what a call says after so many is not traced."""

FLUSH_MS = 2_000
"""How long the end of the program waits for what is still to be sent."""


class Traces:
    """Gathers the facts of each call and sends its spans when it has ended."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._facts: dict[CallId, list[Fact]] = {}

    def take(self, fact: Fact) -> None:
        """One more fact. A call whose beginning was missed is left out."""
        if fact.kind is FactKind.RANG:
            self._facts[fact.call] = []
        facts = self._facts.get(fact.call)
        if facts is None:
            return
        if len(facts) < MOST_FACTS or fact.kind is FactKind.ENDED:
            facts.append(fact)
        if fact.kind is FactKind.ENDED:
            root = spans(self._facts.pop(fact.call))
            assert root is not None
            self._send(root, None)

    def missed(self) -> None:
        """Facts were lost on the way here: the trees of running calls would be wrong."""
        self._facts.clear()

    def _send(self, span: Span, parent: Any) -> None:
        from opentelemetry.trace import Status, StatusCode, set_span_in_context

        sent = self._tracer.start_span(
            span.name, context=parent, start_time=_ns(span.start), attributes=dict(span.attributes)
        )
        if span.failed:
            sent.set_status(Status(StatusCode.ERROR))
        for child in span.children:
            self._send(child, set_span_in_context(sent))
        sent.end(_ns(span.end))


@contextmanager
def tracing(settings: TraceSettings) -> Iterator[list[Traces]]:
    """The followers of the feed that trace: one, or none where no endpoint is set. Raises
    `ConfigError` where the extra is not installed."""
    if not settings.endpoint:
        yield []
        return
    provider = _provider(settings)
    try:
        yield [Traces(provider.get_tracer("voicebot"))]
    finally:
        provider.force_flush(FLUSH_MS)
        provider.shutdown()


def _provider(settings: TraceSettings) -> TracerProvider:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
    except ImportError:
        hint = "run .venv/bin/pip install -r requirements/otel.txt, or remove the endpoint"
        message = "traces need OpenTelemetry, which is not installed"
        problem = Problem("[traces] endpoint", 0, 0, "no-opentelemetry", message, hint)
        raise ConfigError([problem]) from None
    provider = TracerProvider(
        resource=Resource.create({"service.name": settings.service}),
        sampler=TraceIdRatioBased(settings.ratio),
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(endpoint=settings.endpoint, timeout=FLUSH_MS / 1000)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _ns(time: datetime) -> int:
    return round(time.timestamp() * 1_000_000) * 1_000

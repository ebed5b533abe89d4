"""The node as the console's server asks for it."""

from __future__ import annotations

from voicebot.observe.metrics import Metrics
from voicebot.observe.node import Parts, snapshot
from voicebot.observe.ready import liveness, readiness
from voicebot.web.ports import NodeStatus


class NodeMonitor:
    """Implements `web.ports.Monitor`."""

    def __init__(self, parts: Parts, metrics: Metrics) -> None:
        self._parts = parts
        self._metrics = metrics

    async def status(self) -> NodeStatus:
        """Calls, journal, and each condition of being alive and of being ready."""
        now = await snapshot(self._parts)
        return NodeStatus(
            calls_running=len(self._parts.directory),
            draining=now.line.draining,
            journal=now.journal.status,
            journal_lag_ms=now.journal.lag_ms,
            alive=liveness(now),
            ready=readiness(now),
        )

    async def metrics(self) -> bytes:
        """Prometheus's text."""
        return self._metrics.render(await snapshot(self._parts))

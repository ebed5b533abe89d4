"""All metrics of a node, as Prometheus reads them."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import generate_latest

from voicebot.observe.call_metrics import CallMetrics
from voicebot.observe.node_metrics import NodeMetrics
from voicebot.observe.processes import WorkerProcesses
from voicebot.observe.snapshot import Snapshot


class Metrics:
    """One registry; the process's own CPU, memory and open files are in it."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.calls = CallMetrics(self.registry)
        self._node = NodeMetrics()
        self._processes = WorkerProcesses()
        self.registry.register(self._node)
        self.registry.register(self._processes)
        ProcessCollector(registry=self.registry)

    def render(self, now: Snapshot) -> bytes:
        """The exposition text, with what `now` says."""
        self._node.now = now
        self._processes.pids = {"asr": now.asr.pids, "tts": now.tts.pids}
        return generate_latest(self.registry)

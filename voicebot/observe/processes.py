"""CPU time and memory of the worker processes; the serving process has its own collector."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class WorkerProcesses(Collector):
    """Whoever renders the metrics sets `pids`, by pool, first."""

    def __init__(self) -> None:
        self.pids: Mapping[str, Sequence[int]] = {"asr": (), "tts": ()}
        self._ended_s: dict[str, float] = defaultdict(float)
        """CPU time of processes that have ended: a counter does not fall."""
        self._running_s: dict[str, dict[int, float]] = {}

    def collect(self) -> Iterator[Metric]:
        cpu = CounterMetricFamily(
            "voicebot_worker_cpu_seconds", "CPU time of worker processes.", labels=["pool"]
        )
        memory = GaugeMetricFamily(
            "voicebot_worker_memory_bytes", "Resident memory of worker processes.", labels=["pool"]
        )
        for pool, pids in self.pids.items():
            usage = {pid: used for pid in pids if (used := _usage(pid)) is not None}
            cpu.add_metric([pool], self._cpu_s(pool, {pid: s for pid, (s, _) in usage.items()}))
            memory.add_metric([pool], sum(size for _, size in usage.values()))
        yield cpu
        yield memory

    def _cpu_s(self, pool: str, running: dict[int, float]) -> float:
        before = self._running_s.get(pool, {})
        self._ended_s[pool] += sum(s for pid, s in before.items() if pid not in running)
        self._running_s[pool] = running
        return self._ended_s[pool] + sum(running.values())


def _usage(pid: int) -> tuple[float, int] | None:
    """CPU seconds and resident bytes (proc(5)); None for a process that has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS, int(fields[21]) * _PAGE

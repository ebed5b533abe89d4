from __future__ import annotations

import os
import subprocess
import sys
import time

from voicebot.observe.processes import WorkerProcesses


def read(processes: WorkerProcesses) -> dict[str, float]:
    """CPU time and memory of the pool `asr`."""
    return {
        sample.name: sample.value
        for family in processes.collect()
        for sample in family.samples
        if sample.labels == {"pool": "asr"}
    }


def busy(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_cpu_and_memory_are_those_of_the_processes() -> None:
    processes = WorkerProcesses()
    processes.pids = {"asr": (os.getpid(),)}
    before = read(processes)
    busy(0.05)
    now = read(processes)
    assert now["voicebot_worker_cpu_seconds_total"] > before["voicebot_worker_cpu_seconds_total"]
    assert now["voicebot_worker_memory_bytes"] > 5_000_000


def test_what_an_ended_process_used_stays_counted() -> None:
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    ended.wait()
    processes = WorkerProcesses()
    processes.pids = {"asr": (os.getpid(), ended.pid)}
    used = read(processes)["voicebot_worker_cpu_seconds_total"]
    assert used > 0
    processes.pids = {"asr": ()}
    for _ in range(2):
        assert read(processes)["voicebot_worker_cpu_seconds_total"] >= used
        assert read(processes)["voicebot_worker_memory_bytes"] == 0

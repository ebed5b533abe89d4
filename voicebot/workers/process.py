"""What a worker process is doing, by proc(5)."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def computes(pid: int) -> bool:
    """It runs or waits for a core; False where it sleeps, is stopped, or has ended."""
    return _fields(pid)[:1] == ["R"]


def cpu_s(pid: int) -> float:
    """CPU time that it has used so far; 0 for one that has ended."""
    fields = _fields(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def _fields(pid: int) -> list[str]:
    """From the third field of its `stat` on: the second may hold blanks."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()

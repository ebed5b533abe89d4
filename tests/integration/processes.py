"""What a process started, and whether it is still there."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path


def children_of(pid: int) -> list[int]:
    """Processes that a process started."""
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


def alive(pid: int) -> bool:
    """The process is there, and no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def ended(pids: Iterable[int], within_s: float = 5.0) -> bool:
    """They are gone, or go in time."""
    deadline = time.monotonic() + within_s
    while any(alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True

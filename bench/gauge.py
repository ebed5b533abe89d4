"""What a running hotline takes of the machine, as proc(5) tells it."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.turns_hotline import family, process_cpu_s
from voicebot import vad

MB = 1_000_000
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Gauge:
    """One moment."""

    cpu_s: Mapping[str, float]
    """CPU time so far of each kind of process: `serve`, `asr`, `tts`."""
    memory_mb: float
    """Resident memory of the serving process."""
    workers_mb: float
    """Resident memory of the workers together; what they share counts once for each."""
    files: int
    """Open descriptors of the serving process: sockets and files."""
    threads: int
    sockets: int
    """UDP and TCP ports that it holds."""


def gauge(pid: int) -> Gauge:
    """Look at the hotline whose serving process this is."""
    cpu_s, workers_mb = {"serve": 0.0, "asr": 0.0, "tts": 0.0}, 0.0
    for one in family(pid):
        kind = _kind(one, pid)
        cpu_s[kind] += process_cpu_s(one)
        workers_mb += 0 if one == pid else _resident_mb(one)
    links = [_link(one) for one in Path(f"/proc/{pid}/fd").iterdir()]
    return Gauge(
        cpu_s,
        _resident_mb(pid),
        workers_mb,
        len(links),
        len(list(Path(f"/proc/{pid}/task").iterdir())),
        sum(link.startswith("socket:") for link in links),
    )


def cores(before: Gauge, after: Gauge, seconds: float) -> dict[str, float]:
    """CPU that each kind of process used meanwhile, in cores."""
    return {kind: (after.cpu_s[kind] - before.cpu_s[kind]) / seconds for kind in after.cpu_s}


def machine() -> str:
    """Hardware and models, for the head of a table."""
    lines = Path("/proc/cpuinfo").read_text("ascii", "replace").splitlines()
    names = [line.split(": ", 1)[1] for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PHYS_PAGES") * _PAGE / 1e9
    second = vad.missing_reason() or "webrtcvad 3 and Silero"
    return (
        f"machine   {os.cpu_count()} cores, {names[0] if names else '?'}, {memory:.0f} GB, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}; "
        "callers and hotline share it\n"
        f"models    PocketSphinx {version('pocketsphinx')} (bundled US English), {second}, "
        f"espeak-ng by pyttsx3 {version('pyttsx3')}"
    )


def _kind(pid: int, serving: int) -> str:
    if pid == serving:
        return "serve"
    try:
        return "asr" if b"asr" in Path(f"/proc/{pid}/cmdline").read_bytes() else "tts"
    except OSError:
        return "tts"


def _resident_mb(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / MB
    except (OSError, IndexError):
        return 0.0


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""

"""The hotline that the benches call: `voicebot serve` in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from voicebot.core.record import Fact
from voicebot.store.opening import open_calls
from voicebot.store.query import CallFilter

ROOT = Path(__file__).parents[1]
FLOWS = ROOT / "bench" / "data" / "turns"
START_S = 90
_HERTZ = os.sysconf("SC_CLK_TCK")


@dataclass
class Hotline:
    """A running hotline."""

    folder: Path
    port: int
    process: subprocess.Popen[str]
    output: list[str] = field(default_factory=list)
    """What it printed so far."""
    ready_s: float = 0.0
    """When it said that it was ready, wall clock."""
    _ready: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        """Take what it prints, until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            if line.startswith("Try it"):
                self.ready_s = time.time()
                self._ready.set()
        self._ready.set()

    def wait_until_ready(self) -> float:
        """Returns `ready_s`. Raises `RuntimeError` where it does not start."""
        if not self._ready.wait(START_S) or not self.ready_s:
            self.process.kill()
            raise RuntimeError("the hotline did not start:\n" + "".join(self.output))
        return self.ready_s

    def facts(self) -> dict[str, tuple[Fact, ...]]:
        """The journal of every call so far, by the caller's name."""
        store = open_calls(f"sqlite:///{self.folder / 'data' / 'voicebot.db'}")
        try:
            calls = store.list(CallFilter(limit=500)).calls
            return {cdr.caller: store.facts(cdr.call) for cdr in calls}
        finally:
            store.close()

    def cpu_s(self) -> float:
        """CPU time that it and its workers have used, in seconds."""
        return sum(process_cpu_s(pid) for pid in family(self.process.pid))


@contextmanager
def hotline(
    folder: Path, flows: Path = FLOWS, sip: str = "", tables: str = "", *, wait: bool = True
) -> Iterator[Hotline]:
    """A hotline with those flows; its files are in `folder`. All but `sip` (lines of sip.toml) and
    `tables` (of hotline.toml) is default. `wait`: until it is ready."""
    port = _free_port()
    config = folder / "sip_config"
    config.mkdir(parents=True, exist_ok=True)
    (config / "sip.toml").write_text(
        f'{sip}\n[[transports]]\nprotocol = "udp"\nport = {port}\n[media]\nrtp_port_first = 0\n',
        "utf-8",
    )
    (config / "hotline.toml").write_text(
        f'[calls]\ndefault_flow = "{min(f.stem for f in flows.glob("*.yaml"))}"\ndrain_s = 1\n'
        f"[console]\nport = 0\n[demo_bank]\nenabled = false\n{tables}",
        "utf-8",
    )
    words = ["--config", str(config), "--flows", str(flows), "--data", str(folder / "data")]
    process = subprocess.Popen(
        [sys.executable, "-m", "voicebot", "serve", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env=_environment(),
    )
    line = Hotline(folder, port, process)
    threading.Thread(target=line.read, daemon=True).start()
    try:
        if wait:
            line.wait_until_ready()
        yield line
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _environment() -> dict[str, str]:
    """As installed: modules are compiled once, not at each start."""
    return {name: at for name, at in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [p for child in children.read_text().split() for p in family(int(child))]
        except OSError:
            continue  # it ended meanwhile
    return found


def process_cpu_s(pid: int) -> float:
    """CPU time of one process, in seconds; 0 for one that has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _HERTZ

"""A whole hotline for tests: `voicebot serve` in a process of its own, on ports of its own."""

from __future__ import annotations

import json
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
from typing import Any

ROOT = Path(__file__).parents[2]
SERVE_S = 60
"""A machine that is busy may take so long to start it."""
CALL_S = 110


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    """A port that nobody uses just now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Hotline:
    """A running hotline."""

    folder: Path
    sip_port: int
    console_port: int
    process: subprocess.Popen[str]
    output: list[str] = field(default_factory=list)

    def uri(self, flow: str, parameters: str = "") -> str:
        """Where a flow is called."""
        return f"sip:{flow}@127.0.0.1:{self.sip_port}{parameters}"

    def call(self, flow: str, *steps: str, parameters: str = "") -> dict[str, Any]:
        """`voicebot call`; its report."""
        done = voicebot("call", self.uri(flow, parameters), *steps, "--json", timeout_s=CALL_S)
        assert done.stdout, done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    def start_call(self, flow: str, *steps: str) -> subprocess.Popen[str]:
        """The same, not waited for."""
        words = [sys.executable, "-m", "voicebot", "call", self.uri(flow), *steps, "--json"]
        return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)

    def calls(self) -> list[dict[str, Any]]:
        """Call detail records, newest first."""
        done = voicebot("calls", "list", "--json", "--data", str(self.folder / "data"))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def facts(self, call: str) -> list[dict[str, Any]]:
        """One call's journal."""
        done = voicebot("calls", "show", call, "--json", "--data", str(self.folder / "data"))
        return list(json.loads(done.stdout)["facts"])

    def ended_call(self, index: int = 0) -> dict[str, Any]:
        """The newest call's record, once it has ended."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            rows = self.calls()
            if len(rows) > index and rows[index]["ended"]:
                return rows[index]
            time.sleep(0.1)
        raise AssertionError("the call has not ended")


def voicebot(*words: str, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a command of ours."""
    return subprocess.run(
        [sys.executable, "-m", "voicebot", *words],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        cwd=ROOT,
        check=False,
    )


@contextmanager
def hotline(folder: Path, *, agents: str = "", sip: str = "", calls: str = "") -> Iterator[Hotline]:
    """A hotline in `folder`; ends it as an operator would, and checks that it ended well."""
    sip_port, console_port, bank_port = free_port(), free_port(), free_port()
    config = folder / "sip_config"
    config.mkdir(parents=True)
    (config / "sip.toml").write_text(
        sip
        + f"""
[[transports]]
protocol = "udp"
port = {sip_port}
[[transports]]
protocol = "tcp"
port = {sip_port}
[[transports]]
protocol = "tls"
port = {free_port(socket.SOCK_STREAM)}
[media]
rtp_port_first = 0
""",
        "utf-8",
    )
    (config / "hotline.toml").write_text(
        f"""
[calls]
drain_s = 2
{calls}
[[queues]]
name = "service"
ring_ms = 5000
[[queues]]
name = "cards"
ring_ms = 5000
{agents}
[console]
port = {console_port}
[demo_bank]
port = {bank_port}
""",
        "utf-8",
    )
    env = {**os.environ, "DEMO_BANK_URL": f"http://127.0.0.1:{bank_port}"}
    words = ["serve", "--config", str(config), "--data", str(folder / "data")]
    process = subprocess.Popen(
        [sys.executable, "-m", "voicebot", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env=env,
    )
    running = Hotline(folder, sip_port, console_port, process)
    try:
        _until_ready(running)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert code == 0, "".join(running.output)
    assert not [line for line in running.output if "Traceback" in line], "".join(running.output)


def _until_ready(running: Hotline) -> None:
    ready = threading.Event()

    def read() -> None:
        assert running.process.stdout is not None
        for line in running.process.stdout:
            running.output.append(line)
            if line.startswith("Try it"):
                ready.set()
        ready.set()

    threading.Thread(target=read, daemon=True).start()
    assert ready.wait(SERVE_S), "the hotline did not start:\n" + "".join(running.output)
    assert running.process.poll() is None, "the hotline ended:\n" + "".join(running.output)

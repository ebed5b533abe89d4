"""A whole hotline for tests: `voicebot serve` in a process of its own, on ports of its own."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
SERVE_S = 60
"""A machine that is busy may take so long to start it."""
CALL_S = 110


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    """A port that nobody uses just now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def quiet_port() -> int:
    """A port outside the range that the system gives away, so that it is still free later on."""
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.suppress(OSError):
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(("127.0.0.1", port))
            return port


@dataclass
class Hotline:
    """A running hotline."""

    folder: Path
    sip_port: int
    console_port: int
    process: subprocess.Popen[str]
    tls_port: int = 0
    output: list[str] = field(default_factory=list)

    def uri(self, flow: str, parameters: str = "") -> str:
        """Where a flow is called."""
        return f"sip:{flow}@127.0.0.1:{self.sip_port}{parameters}"

    def target(self, flow: str) -> str:
        """The same as raw phones want it."""
        return f"{flow}@127.0.0.1:{self.sip_port}"

    def call(self, flow: str, *steps: str, parameters: str = "") -> dict[str, Any]:
        """`voicebot call`; its report."""
        return self.call_uri(self.uri(flow, parameters), *steps)

    def call_uri(self, uri: str, *steps: str) -> dict[str, Any]:
        """The same to any address."""
        done = voicebot("call", uri, *steps, "--json", timeout_s=CALL_S)
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

    def call_of(self, caller: str) -> dict[str, Any]:
        """The record of the one call of a caller."""
        [found] = [row for row in self.calls() if row["caller"] == caller]
        return found

    def facts(self, call: str) -> list[dict[str, Any]]:
        """One call's journal."""
        done = voicebot("calls", "show", call, "--json", "--data", str(self.folder / "data"))
        return list(json.loads(done.stdout)["facts"])

    def ask(self, path: str) -> Any:
        """The console's answer to a GET."""
        with urlopen(f"http://127.0.0.1:{self.console_port}{path}", timeout=10) as answer:
            return json.load(answer)

    def ready(self) -> dict[str, Any]:
        """What `/readyz` says; `status` is that of HTTP."""
        return ready_at(self.console_port)

    def metrics(self) -> dict[str, float]:
        """Every sample of `/metrics` by its name and labels."""
        with urlopen(f"http://127.0.0.1:{self.console_port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        return {name: float(value) for name, value in re.findall(r"^([^#\s].*) (\S+)$", text, re.M)}

    def ended_call(self, index: int = 0) -> dict[str, Any]:
        """The newest call's record, once it has ended."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            rows = self.calls()
            if len(rows) > index and rows[index]["ended"]:
                return rows[index]
            time.sleep(0.1)
        raise AssertionError("the call has not ended")


def ready_at(port: int) -> dict[str, Any]:
    """What `/readyz` on a port says; `status` is that of HTTP. `OSError` where nobody listens."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            return {**json.load(answer), "status": answer.status}
    except HTTPError as refused:
        return {**json.load(refused), "status": refused.code}


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


@dataclass(frozen=True)
class Setup:
    """The files of a hotline, and where it will listen: it can be started more than once."""

    folder: Path
    sip_port: int
    tls_port: int
    console_port: int
    bank_port: int

    @property
    def words(self) -> list[str]:
        """Arguments of `voicebot`."""
        words = ["serve", "--config", str(self.folder / "sip_config")]
        flows = self.folder / "flows"
        words += ["--flows", str(flows)] if flows.exists() else []
        return [*words, "--data", str(self.folder / "data")]


def set_up(
    folder: Path,
    *,
    agents: str = "",
    sip: str = "",
    calls: str = "",
    hotline: str = "",
    flows: Mapping[str, str] | None = None,
    drain_s: int = 2,
    media: str = "",
    top: str = "",
) -> Setup:
    """Write the files: `agents`, `sip`, `calls` and `hotline` are TOML, `flows` YAML by name; `top`
    goes before the first table of hotline.toml."""
    setup = Setup(folder, quiet_port(), quiet_port(), quiet_port(), quiet_port())
    config = folder / "sip_config"
    config.mkdir(parents=True)
    (config / "sip.toml").write_text(sip + _SIP.format(setup=setup, media=media), "utf-8")
    tables = _HOTLINE.format(setup=setup, calls=calls, agents=agents, drain_s=drain_s)
    text = top + tables + hotline
    (config / "hotline.toml").write_text(text, "utf-8")
    for name, flow in (flows or {}).items():
        (folder / "flows").mkdir(exist_ok=True)
        (folder / "flows" / f"{name}.yaml").write_text(flow, "utf-8")
    return setup


_SIP = """
[[transports]]
protocol = "udp"
port = {setup.sip_port}
[[transports]]
protocol = "tcp"
port = {setup.sip_port}
[[transports]]
protocol = "tls"
port = {setup.tls_port}
[media]
rtp_port_first = 0
{media}
"""

_HOTLINE = """
[calls]
drain_s = {drain_s}
{calls}
[[queues]]
name = "service"
ring_ms = 5000
[[queues]]
name = "cards"
ring_ms = 5000
{agents}
[console]
port = {setup.console_port}
[demo_bank]
port = {setup.bank_port}
"""


@contextmanager
def hotline(
    folder: Path, *, environment: Mapping[str, str] | None = None, **files: Any
) -> Iterator[Hotline]:
    """A hotline in `folder` with the files of `set_up`."""
    with running(set_up(folder, **files), environment=environment) as line:
        yield line


@contextmanager
def running(setup: Setup, *, environment: Mapping[str, str] | None = None) -> Iterator[Hotline]:
    """A hotline; ends it as an operator would, and checks that it ended well. A test that ended
    it already checks that itself."""
    bank = {"DEMO_BANK_URL": f"http://127.0.0.1:{setup.bank_port}"}
    env = {**os.environ, **bank, **(environment or {})}
    process = subprocess.Popen(
        [sys.executable, "-m", "voicebot", *setup.words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env=env,
    )
    line = Hotline(setup.folder, setup.sip_port, setup.console_port, process, setup.tls_port)
    try:
        _until_ready(line)
        yield line
    finally:
        if process.poll() is None:
            _stop(line)


def _stop(line: Hotline) -> None:
    line.process.send_signal(signal.SIGTERM)
    try:
        code = line.process.wait(30)
    except subprocess.TimeoutExpired:
        line.process.kill()
        raise
    assert code == 0, "".join(line.output)
    assert not [text for text in line.output if "Traceback" in text], "".join(line.output)


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
    said = "".join(running.output)
    assert "Try it" in said, "the hotline ended:\n" + said

"""A whole hotline, seen from outside: its metrics after calls, and readiness as parts fail."""

from __future__ import annotations

import json
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from hotline import Hotline, hotline
from hotline_flows import DESTINATIONS, desk

pytestmark = pytest.mark.timeout(240)

JSON_LOG = '[log]\nformat = "json"\n'


def metrics(line: Hotline) -> dict[str, float]:
    """Every sample by its name and labels."""
    with urlopen(f"http://127.0.0.1:{line.console_port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return {name: float(value) for name, value in re.findall(r"^([^#\s].*) (\S+)$", text, re.M)}


def ready(line: Hotline) -> dict[str, Any]:
    """What `/readyz` says; its `status` is that of HTTP."""
    url = f"http://127.0.0.1:{line.console_port}/readyz"
    try:
        with urlopen(url, timeout=10) as answer:
            return {**json.load(answer), "status": answer.status}
    except HTTPError as refused:
        return {**json.load(refused), "status": refused.code}


def until(what: Callable[[], bool], patience_s: float = 30) -> None:
    """Wait for what must come."""
    deadline = time.monotonic() + patience_s
    while not what():
        assert time.monotonic() < deadline, "it has not come"
        time.sleep(0.05)


def missing(line: Hotline) -> set[str]:
    """Names of the conditions that are not met."""
    return {name for name, check in ready(line)["checks"].items() if not check["ok"]}


class Collector(ThreadingHTTPServer):
    """Takes what is exported by OTLP over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Take)
        self.bodies: list[bytes] = []


class _Take(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Collector)
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


FILES = {"flows": {"desk": desk("desk")}, "calls": 'default_flow = "desk"'}


@contextmanager
def collector() -> Iterator[Collector]:
    """Takes traces while inside."""
    server = Collector()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def test_a_call_is_in_metrics_log_and_trace_and_not_the_caller(tmp_path: Path) -> None:
    with collector() as traces:
        traced = f'[traces]\nendpoint = "http://127.0.0.1:{traces.server_port}/v1/traces"\n'
        settings = JSON_LOG + (traced if find_spec("opentelemetry") else "")
        with hotline(tmp_path, hotline=settings + DESTINATIONS, **FILES) as line:
            before = metrics(line)
            assert before["voicebot_calls_started_total"] == 0
            assert ready(line)["status"] == 200
            line.call("desk", "--dtmf", "2", "--dtmf", "9876", "--wait", "1", "--linger", "1")
            record = line.ended_call()
            until(lambda: metrics(line)['voicebot_calls{state="IVR"}'] == 0)
            now = metrics(line)
            line.call("desk", "--dtmf", "8", "--linger", "3")
            assert line.ended_call()["ended_by"] == "bot"
            until(lambda: metrics(line)['voicebot_rtp_jitter_seconds_count{leg="caller"}'] == 2)
    counted(before, now, record)
    assert not [name for name in now if "9876" in name or record["call"] in name]
    log = [json.loads(said) for said in line.output if said.startswith("{")]
    assert {entry["message"] for entry in log} >= {"call began", "call ended"}
    assert all("caller" not in entry for entry in log)
    assert "9876" not in "".join(line.output)
    sent = b"".join(traces.bodies)
    assert b"9876" not in sent
    if find_spec("opentelemetry") is None:
        pytest.skip("traces: OpenTelemetry is not installed, see requirements/otel.txt")
    for name in (b"call", b"turn", b"first sound", b"desk", b"outcome"):
        assert name in sent


def counted(before: dict[str, float], now: dict[str, float], record: dict[str, Any]) -> None:
    """One call was counted, as its record has it."""
    assert now["voicebot_calls_started_total"] == 1
    by, outcome = record["ended_by"], record["outcome"]
    labels = f'by="{by}",flow="desk",outcome="{outcome}"'
    assert now[f"voicebot_calls_ended_total{{{labels}}}"] == 1
    assert now['voicebot_turn_seconds_count{stage="first_sound"}'] >= 2
    assert now['voicebot_response_seconds_count{by="keys"}'] >= 1
    arrived = now['voicebot_rtp_packets_total{fate="arrived",leg="caller"}']
    assert arrived == pytest.approx(record["duration_ms"] / 20, rel=0.3)
    commits = "voicebot_journal_commit_seconds_count"
    assert now[commits] > before[commits]
    assert now["process_resident_memory_bytes"] > 10_000_000
    assert now['voicebot_sip_guard_total{verdict="passed"}'] > 0


def test_a_full_hotline_is_not_ready_nor_is_one_that_drains(tmp_path: Path) -> None:
    with hotline(tmp_path, sip="capacity = 1\n", drain_s=30, hotline=DESTINATIONS, **FILES) as line:
        call = line.start_call("desk", "--wait", "3", "--linger", "0")
        until(lambda: missing(line) == {"capacity"})
        assert ready(line)["status"] == 503
        assert ready(line)["reasons"] == ["all 1 legs are in use"]
        call.communicate(timeout=60)
        until(lambda: missing(line) == set())
        call = line.start_call("desk", "--wait", "8", "--linger", "0")
        until(lambda: metrics(line)["voicebot_legs"] == 1)
        line.process.send_signal(signal.SIGTERM)
        until(lambda: "draining" in missing(line))
        assert line.ask("/healthz")["status"] == "draining"
        call.communicate(timeout=60)
        assert line.process.wait(40) == 0


def test_a_hotline_that_cannot_write_its_journal_is_not_ready(tmp_path: Path) -> None:
    with hotline(tmp_path, hotline=DESTINATIONS, **FILES) as line:
        data = line.folder / "data"
        for name in ("voicebot.db", "voicebot.db-wal", "voicebot.db-shm"):
            if (data / name).exists():
                (data / name).rename(data / f"away-{name}")
        spill = data / "voicebot.db.waiting.jsonl"
        spill.mkdir()
        line.call("desk", "--wait", "1", "--linger", "0")
        until(lambda: missing(line) == {"journal"})
        assert metrics(line)['voicebot_journal_status{status="failing"}'] == 1
        assert line.ask("/healthz")["status"] == "ok", "a restart would not mend it"
        spill.rmdir()
        for path in data.glob("away-*"):
            path.rename(data / path.name.removeprefix("away-"))
        until(lambda: missing(line) == set())

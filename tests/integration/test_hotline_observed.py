"""A whole hotline, seen from outside: its metrics after calls, and readiness as parts fail."""

from __future__ import annotations

import asyncio
import contextlib
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

import pytest
from desk_caller import DeskCaller, nobody_is_left
from hotline import ROOT, Hotline, hotline, quiet_port, ready_at, running, set_up
from hotline_flows import DESTINATIONS, desk
from nimble_agent import NimbleAgent

pytestmark = pytest.mark.timeout(240)

JSON_LOG = '[log]\nformat = "json"\n'


def until(what: Callable[[], bool], patience_s: float = 30) -> None:
    """Wait for what must come."""
    deadline = time.monotonic() + patience_s
    while not what():
        assert time.monotonic() < deadline, "it has not come"
        time.sleep(0.05)


def missing(line: Hotline) -> set[str]:
    """Names of the conditions that are not met."""
    return {name for name, check in line.ready()["checks"].items() if not check["ok"]}


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


FILES: dict[str, Any] = {"flows": {"desk": desk("desk")}, "calls": 'default_flow = "desk"'}


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
            before = line.metrics()
            assert before["voicebot_calls_started_total"] == 0
            assert line.ready()["status"] == 200
            line.call("desk", "--dtmf", "2", "--dtmf", "9876", "--wait", "1", "--linger", "1")
            record = line.ended_call()
            until(lambda: line.metrics()['voicebot_calls{state="IVR"}'] == 0)
            now = line.metrics()
            line.call("desk", "--dtmf", "8", "--linger", "3")
            assert line.ended_call()["ended_by"] == "bot"
            until(lambda: line.metrics()['voicebot_rtp_jitter_seconds_count{leg="caller"}'] == 2)
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
        assert line.ready()["status"] == 503
        assert line.ready()["reasons"] == ["all 1 legs are in use"]
        call.communicate(timeout=60)
        until(lambda: missing(line) == set())
        call = line.start_call("desk", "--wait", "8", "--linger", "0")
        until(lambda: line.metrics()["voicebot_legs"] == 1)
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
        assert line.metrics()['voicebot_journal_status{status="failing"}'] == 1
        assert line.ask("/healthz")["status"] == "ok", "a restart would not mend it"
        spill.rmdir()
        for path in data.glob("away-*"):
            path.rename(data / path.name.removeprefix("away-"))
        until(lambda: missing(line) == set())


def test_a_hotline_that_starts_says_so(tmp_path: Path) -> None:
    """Alive and not ready while its models load; not once anything else."""
    setup, seen, over = set_up(tmp_path, hotline=DESTINATIONS, **FILES), [], threading.Event()

    def look() -> None:
        while not over.is_set():
            with contextlib.suppress(OSError):
                seen.append(ready_at(setup.console_port))
            over.wait(0.02)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        with running(setup) as started:
            assert started.ready()["status"] == 200
            until(lambda: seen[-1]["status"] == 200)
    finally:
        over.set()
        looking.join()
    told = [(now["status"], *now["reasons"]) for now in seen]
    assert told[0] == (503, "the hotline is starting")
    assert set(told) <= {told[0], (200,), (503, "the hotline is stopping: new calls are refused")}
    assert (200,) in told


NUMBER, NAME, CODE, PIN = "4917055501234", "Annabel Example", "8642", "7913"
"""In no port, time or id by chance: looked for as text that stands alone."""

EVENTS = {
    "barge_ins_resumed",
    "call_failures",
    "feed_gaps",
    "journal_lost_facts",
    "offers_failed",
    "queue_announced_error_seconds",
    "queue_expected_wait_seconds",
    "rtp_loss_ratio",
    "trunk_registered",
}
"""Metrics that nothing in these calls gives a value above 0, or any value."""


class Annabel(DeskCaller):
    """A caller with a number and a name."""

    def send(self, method: str, target: str, *, headers: Any = None, **rest: Any) -> None:
        sender = f'"{NAME}" <sip:{NUMBER}@{self.address}:{self.port}>;tag={self.tag}'
        super().send(method, target, headers={"From": sender, **(headers or {})}, **rest)


async def test_every_metric_after_calls_and_nobody_in_the_log(tmp_path: Path) -> None:
    port = quiet_port()
    agent = (
        f'[[agents]]\nname = "anna"\naddress = "sip:anna@127.0.0.1:{port}"\nqueues = ["service"]\n'
    )
    log = '[log]\nlevel = "debug"\n'
    with hotline(tmp_path, agents=agent, hotline=log + DESTINATIONS, **FILES) as line:
        async with Annabel(line, "desk") as talks, NimbleAgent(port, answers_after_ms=0) as anna:
            talks.name = NUMBER
            await talks.dial()
            talks.press("4")
            await talks.until_fact("bridged")
            assert anna.calls
            await talks.make_noise(200)
            await talks.hang_up()
            await talks.ended()
        for keys, node in (("2" + CODE + "#" + PIN, "bye"), ("5", "sorry"), ("6" + PIN, "sorry")):
            async with DeskCaller(line, "desk") as caller:
                await caller.dial()
                await caller.make_noise(200)
                caller.press(*keys)
                if keys == "5":
                    here = caller.target.split("@")[1]
                    caller.respond(await caller.asked("REFER"), 603, here)
                await caller.at(node)
                await caller.is_hung_up()
                await caller.ended()
        await nobody_is_left(line)
        found = await asyncio.to_thread(line.metrics)
    pages = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    documented = re.findall(r"^\| `voicebot_(\w+)` \| (\w+)", pages, re.M)
    assert len(documented) > 40
    values = {
        name: [
            value
            for sample, value in found.items()
            if re.match(rf"voicebot_{name}(_count)?({{|$)", sample)
        ]
        for name, _ in documented
    }
    silent = {
        n.removesuffix("_total") for n, kind in documented if kind != "gauge" and not sum(values[n])
    }
    heard_nothing = {n for n in silent if n.startswith(("asr_", "tts_", "pcm_", "worker_restarts"))}
    assert silent - heard_nothing <= EVENTS
    assert {name for name, kind in documented if kind == "gauge" and not values[name]} <= EVENTS
    assert not [sample for sample in found if re.search(r"[0-9a-f]{32}|" + NUMBER, sample)]
    text = "".join(line.output)
    assert "call ended" in text
    private = rf"{NUMBER}|{NAME}|caller[0-9a-f]{{8}}|(?<![0-9a-f.])({CODE}|{PIN})(?![0-9a-f])"
    assert re.findall(private, text) == []

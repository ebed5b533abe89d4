from __future__ import annotations

import stat
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voicebot.core.health import Check
from voicebot.core.record import Fact
from voicebot.store.opening import Store
from voicebot.web.ports import NodeStatus

TOKEN = "0123456789abcdef"


async def test_health(serve: Callable[..., Any]) -> None:
    async with serve(NodeStatus(calls_running=3, journal_lag_ms=12)) as console:
        answer = await console.get("/healthz")
        assert answer.status == 200
        body = await answer.json()
        assert (body["status"], body["calls"], body["journal"]["lag_ms"]) == ("ok", 3, 12)
        assert body["version"]


async def test_a_node_that_drains_is_alive(serve: Callable[..., Any]) -> None:
    async with serve(NodeStatus(draining=True)) as console:
        answer = await console.get("/healthz")
        assert answer.status == 200
        assert (await answer.json())["status"] == "draining"


async def test_a_node_that_only_a_restart_would_mend(serve: Callable[..., Any]) -> None:
    dead = Check("line", False, "the SIP thread does not answer")
    async with serve(NodeStatus(alive=(Check("journal", True), dead))) as console:
        answer = await console.get("/healthz")
        assert answer.status == 503
        body = await answer.json()
        assert (body["status"], body["problems"]) == ("failed", [dead.reason])


async def test_ready_names_what_is_missing(serve: Callable[..., Any]) -> None:
    full = Check("capacity", False, "all 4 legs are in use")
    short = Check("speech", True, "1 of 2 worker processes are up")
    async with serve(NodeStatus(ready=(short,))) as console:
        answer = await console.get("/readyz")
        assert (answer.status, (await answer.json())["ready"]) == (200, True)
    async with serve(NodeStatus(ready=(short, full))) as console:
        answer = await console.get("/readyz")
        body = await answer.json()
        assert (answer.status, body["ready"], body["reasons"]) == (503, False, [full.reason])
        assert body["checks"]["speech"] == {"ok": True, "note": short.reason}
        assert body["degraded"] == [short.reason]


async def test_metrics_are_text_behind_the_token(serve: Callable[..., Any]) -> None:
    async with serve(token=TOKEN) as console:
        assert (await console.get("/metrics")).status == 401
        header = {"Authorization": f"Bearer {TOKEN}"}
        answer = await console.get("/metrics", headers=header)
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert await answer.text() == "voicebot_calls 1.0\n"


async def test_a_list_and_one_of_it(serve: Callable[..., Any], store: Store) -> None:
    async with serve() as console:
        page = await (await console.get("/api/calls")).json()
        assert [call["call"] for call in page["calls"]] == ["runs", "done"]
        assert page["cursor"] == ""
        shown = await (await console.get("/api/calls/done")).json()
        assert shown["call"] == page["calls"][1]
        assert shown["call"]["outcome"] == "hung_up"
        assert [fact["seq"] for fact in shown["facts"]] == [0, 1, 2, 3, 4]
        assert [line["who"] for line in shown["transcript"]] == ["ring", "caller", "hangup"]
        live = await (await console.get("/api/live")).json()
        assert [call["call"] for call in live["calls"]] == ["runs"]


async def test_pages_and_filters(serve: Callable[..., Any]) -> None:
    async with serve() as console:
        first = await (await console.get("/api/calls?limit=1")).json()
        rest = await console.get("/api/calls", params={"limit": "1", "cursor": first["cursor"]})
        assert [call["call"] for call in (await rest.json())["calls"]] == ["done"]
        for query, found in [
            ("outcome=hung_up", ["done"]),
            ("outcome=running", ["runs"]),
            ("outcome=failed", []),
            ("caller=%2B49170", ["done"]),
            ("text=卡丢", ["done"]),
            ("since=2026-11-22T12:00:00.005Z", ["runs"]),
            ("until=2026-11-22T13:00:00.005+01:00", ["done"]),
            ("flow=bank_zh", []),
        ]:
            page = await (await console.get(f"/api/calls?{query}")).json()
            assert [call["call"] for call in page["calls"]] == found, query


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/calls?outcome=nice", 400, "bad-parameter"),
        ("/api/calls?limit=0", 400, "bad-parameter"),
        ("/api/calls?limit=²", 400, "bad-parameter"),
        ("/api/calls?since=yesterday", 400, "bad-parameter"),
        ("/api/calls?cursor=x", 400, "bad-cursor"),
        ("/api/calls?colour=red", 400, "unknown-parameter"),
        ("/api/calls/nobody", 404, "no-such-call"),
        ("/api/calls/nobody/recording", 404, "no-such-call"),
        ("/api/calls/done/recording", 404, "no-recording"),
        ("/api/calls/runs/recording", 404, "no-recording"),
        ("/nothing/here", 404, "not-found"),
        ("/static/", 403, "forbidden"),
        ("/static/../app.py", 404, "not-found"),
        ("/static/%2e%2e/app.py", 404, "not-found"),
    ],
)
async def test_errors_have_one_shape(
    serve: Callable[..., Any], path: str, status: int, code: str
) -> None:
    async with serve() as console:
        answer = await console.get(path)
        body = await answer.json()
        assert (answer.status, body["error"]["code"]) == (status, code)
        assert set(body) == {"error"}
        assert set(body["error"]) == {"code", "message", "hint"}


async def test_other_methods_and_faults_have_it_too(
    serve: Callable[..., Any], store: Store, tmp_path: Path
) -> None:
    async with serve() as console:
        async with console.session.post(console.url + "/api/calls") as answer:
            assert answer.status == 405
            assert (await answer.json())["error"]["code"] == "method-not-allowed"
        store.close()
        (tmp_path / "voicebot.db").unlink()
        answer = await console.get("/api/calls")
        assert answer.status == 503
        assert (await answer.json())["error"]["code"] == "store-away"


# ---------------------------------------------------------------- recordings


async def test_a_recording_and_a_part_of_it(serve: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "recordings/2026/11/22/done.wav"
    path.parent.mkdir(parents=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(range(200)) * 4)
    path.chmod(stat.S_IRUSR)
    async with serve() as console:
        whole = await console.get("/api/calls/done/recording")
        assert whole.status == 200
        assert whole.headers["Content-Type"] == "audio/wav"
        assert await whole.read() == path.read_bytes()
        part = await console.get("/api/calls/done/recording", headers={"Range": "bytes=44-47"})
        assert part.status == 206
        assert await part.read() == bytes(range(4))
        beyond = await console.get("/api/calls/done/recording", headers={"Range": "bytes=9999-"})
        assert beyond.status == 416


@pytest.mark.parametrize("name", ["../secret.wav", "/etc/passwd", "voicebot.db", "link.wav", ""])
async def test_nothing_but_recordings_is_given(
    serve: Callable[..., Any], store: Store, fact: Callable[..., Fact], tmp_path: Path, name: str
) -> None:
    (tmp_path.parent / "secret.wav").write_text("secret")
    (tmp_path / "link.wav").symlink_to(tmp_path.parent / "secret.wav")
    store.journal.write(fact("runs", 2, "recording", file=name, paused=False))
    assert store.journal.flush()
    async with serve() as console:
        answer = await console.get("/api/calls/runs/recording")
        assert answer.status == 404
    (tmp_path.parent / "secret.wav").unlink()

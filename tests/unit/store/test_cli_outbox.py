"""`voicebot outbox` beside a hotline that serves."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from databases import Sqlite

from voicebot.cli import main
from voicebot.core.afterwards import CallbackRequest, Notice, Webhook
from voicebot.core.call import CallId
from voicebot.store.opening import Store


@pytest.fixture
def database(sqlite: Sqlite) -> Sqlite:
    """That of a data folder, where nothing else is configured."""
    return sqlite


@pytest.fixture
def served(store: Store) -> Store:
    """One notice is dead, one waits; somebody waits for a call."""
    for number in (1, 2):
        hook = Webhook("http://127.0.0.1:1/private", {"from": "+49170"})
        store.outbox.put(Notice(f"msg_{number}", CallId("one"), hook))
    assert store.outbox.flush()
    store.outbox.failed(store.outbox.due()[0], "status 500", for_good=True)
    request = CallbackRequest("cb", CallId("one"), "service", "+49171", datetime.now(UTC))
    asyncio.run(store.callbacks.add(request))
    return store


def out(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> tuple[int, str]:
    code = main(["outbox", *words, "--data", str(data)])
    return code, capsys.readouterr().out


def test_what_is_dead_is_listed_and_tried_anew(
    served: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = out(capsys, tmp_path, "list", "--state", "dead", "--json")
    assert code == 0
    [dead] = [json.loads(line) for line in text.splitlines()]
    assert (dead["state"], dead["error"], dead["attempts"]) == ("dead", "status 500", "1")
    assert "private" not in text
    assert out(capsys, tmp_path, "retry", dead["id"]) == (0, "1 tried anew.\n")
    assert len(served.outbox.due()) == 2
    assert out(capsys, tmp_path, "retry", "--all") == (0, "0 tried anew.\n")
    assert out(capsys, tmp_path, "retry", dead["id"])[0] == 2
    assert out(capsys, tmp_path, "retry")[0] == 2


def test_who_waits_for_a_call(
    served: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = out(capsys, tmp_path, "callbacks")
    assert code == 0
    assert "+49171" in text
    assert out(capsys, tmp_path, "callbacks", "--state", "done") == (
        0,
        "Nobody waits for a call.\n",
    )


def test_without_a_database(tmp_path: Path) -> None:
    assert main(["outbox", "list", "--data", str(tmp_path)]) == 2

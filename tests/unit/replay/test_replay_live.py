"""`voicebot replay --backend live`: today's back end is asked in place of the journal."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sim_calls import FLOW, TWO, keep_calls, shop

from voicebot.cli import main


class Orders(ThreadingHTTPServer):
    """A back end of today; it knows another state of each order."""

    asked: list[str]


class _Answering(BaseHTTPRequestHandler):
    server: Orders

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        body = json.dumps({"state": "lost"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def orders() -> Iterator[Orders]:
    with Orders(("127.0.0.1", 0), _Answering) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def places(tmp_path: Path, orders: Orders) -> list[str]:
    """Two calls that were told their order was on its way; the flow has today's address."""
    options = keep_calls(tmp_path, TWO)
    address = f"http://127.0.0.1:{orders.server_port}"
    shop(tmp_path / "flows", FLOW.replace("http://shop.test", address))
    return options


def test_its_answers_are_spoken_and_asked_for_once(
    places: list[str], orders: Orders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "call.html"
    assert (
        main(["replay", "aaa1", *places, "--backend", "live", "--json", "--html", str(page)]) == 1
    )
    told = json.loads(capsys.readouterr().out)
    assert "said" in told["first_difference"]["what"]
    assert orders.asked == ["/orders/1234"]
    assert "It is lost." in page.read_text("utf-8")


def test_a_sweep_asks_for_each_value(
    places: list[str], orders: Orders, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = ["--sweep", "timing.end_complete_ms=300,500"]
    assert main(["replay", "--all", *places, "--backend", "live", "--json", *sweep]) == 1
    variants = json.loads(capsys.readouterr().out)["variants"]
    assert [len(variant["calls"]) for variant in variants] == [2, 2]
    assert orders.asked == ["/orders/1234"] * 4


def test_one_that_is_away_is_apologized_for(
    places: list[str], orders: Orders, capsys: pytest.CaptureFixture[str]
) -> None:
    orders.shutdown()
    orders.server_close()
    assert main(["replay", "aaa1", *places, "--backend", "live", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["status"] == "different"

"""A back end that answers each path wrongly in a way of its own."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

ANSWERS: dict[str, bytes] = {
    "/closes": b"",
    "/garbage": b"\x00\xff\xfe not HTTP at all\r\n\r\n",
    "/half": _OK + b'Content-Length: 100\r\n\r\n{"balance": ',
    "/page": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 22\r\n\r\n"
    b"<html>Sign in!</html>\r\n",
    "/other": _OK + b"Content-Length: 14\r\n\r\n" + b'[1, null, "x"]',
    "/broken": b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    "/endless": _OK + b"\r\n" + b"[" * 3_000_000,
}


class _Answer(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        path = self.rfile.readline().split(b" ")[1].decode()
        server = self.server
        assert isinstance(server, _Server)
        if path == "/hangs":
            server.over.wait(60)
            return
        if path == "/slow":
            server.over.wait(2.5)
            self.wfile.write(_OK + b'Content-Length: 15\r\n\r\n{"balance": 12}')
            return
        self.wfile.write(ANSWERS[path])


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.over = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked has gone."""


@contextmanager
def bad_backend() -> Iterator[str]:
    """Its address."""
    server = _Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()

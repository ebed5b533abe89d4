"""A mail server of a few lines: takes mail, or refuses it as it is told."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


class SmtpServer(socketserver.ThreadingTCPServer):
    """On a free port of loopback."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.port = self.server_address[1]
        self.taken: list[EmailMessage] = []
        self.refuse: dict[str, str] = {}
        """Command -> the reply in place of the ordinary one."""


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline():
            command = line.decode().split()[0].upper().split(":")[0]
            if not self._answer(command):
                return

    def _answer(self, command: str) -> bool:
        server: Any = self.server
        if command in server.refuse:
            self._say(server.refuse[command])
        elif command == "DATA":
            self._say("354 go on")
            self._take(server)
        elif command == "QUIT":
            self._say("221 bye")
            return False
        else:
            self._say("250 well")
        return True

    def _take(self, server: Any) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        if "END" in server.refuse:
            self._say(server.refuse["END"])
            return
        server.taken.append(message_from_bytes(b"".join(lines), policy=policy.default))
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def serving_mail() -> Iterator[SmtpServer]:
    """While inside, it serves."""
    with SmtpServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()

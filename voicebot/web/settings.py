"""What an operator may set about HTTP."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from voicebot.core.errors import ConfigError, Problem

SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The console."""

    host: str = "127.0.0.1"
    port: int = 8080
    """0 takes any free port."""
    token: str = ""
    """Who knows it may read everything; required where `host` is not loopback."""
    allowed_hosts: tuple[str, ...] = ()
    """Names under which browsers may reach the console, besides localhost and IP addresses."""
    heartbeat_s: float = 15.0
    """Silence on the event stream after which a sign of life is sent."""
    max_streams: int = 100
    """Event streams at the same time."""

    @property
    def is_local(self) -> bool:
        """Reached from this machine alone."""
        return is_loopback(self.host)


@dataclass(frozen=True, slots=True)
class BackendSettings:
    """Requests of http nodes."""

    max_reply_bytes: int = 1_000_000
    max_redirects: int = 3
    """Within the same scheme, host and port; to any other place none is followed."""


def is_loopback(host: str) -> bool:
    """An address or name of this machine's loopback."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def check(settings: WebSettings) -> None:
    """Refuse to show calls to a whole network. Raises `ConfigError`."""
    if not settings.is_local and len(settings.token) < SHORTEST_TOKEN:
        message = f"the console on {settings.host} would show every call to the network"
        hint = f"set a token of {SHORTEST_TOKEN} characters or more, or bind it to 127.0.0.1"
        raise ConfigError([Problem("console", 0, 0, "console-token", message, hint)])

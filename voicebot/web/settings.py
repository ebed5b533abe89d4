"""What an operator may set about HTTP."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from enum import StrEnum

from voicebot.core.access import Permission, Role
from voicebot.core.errors import ConfigError, Problem

SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Token:
    """What somebody shows to the console and its API."""

    name: str
    """Who has it, for the audit log; of an agent, the name under `[[agents]]`."""
    token: str = field(repr=False)
    """16 characters or more; `${env:NAME}` reads it from the environment."""
    role: Role = Role.AGENT
    """`agent`: own state and calls. `supervisor`: agents, queues and calls. `admin`: everything."""
    permissions: tuple[Permission, ...] = ()
    """More than the role gives: `listen`, `whisper`, `barge`, `take_over`, `audit` ..."""
    queues: tuple[str, ...] = ()
    """Of a supervisor: only these; all where empty."""


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The console."""

    host: str = "127.0.0.1"
    port: int = 8080
    """0 takes any free port."""
    token: str = ""
    """Who knows it may do everything; required where `host` is not loopback and nobody has one of
    `[[console.tokens]]`."""
    tokens: tuple[Token, ...] = ()
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
class DeskSettings:
    """What agents work with."""

    dispositions: tuple[str, ...] = ("resolved", "follow_up", "wrong_number", "other")
    """What an agent may say became of a contact."""
    screen_pop: str = ""
    """Address that the agent's desktop opens for a call, as in
    `https://crm.example/{caller_e164}?call={call_id}&intent={intent}`:
    [what may stand in it](agents.md#screen-pop). Empty: none."""
    earlier_calls: int = 5
    """How many earlier calls of the caller an agent is shown."""
    lagged_after_s: float = 0.0
    """An agent whose desk was open and has been gone for so long is paused (`lagged`), until it is
    back; a call goes on. 0: never."""


@dataclass(frozen=True, slots=True)
class BackendSettings:
    """Requests of http nodes."""

    max_reply_bytes: int = 1_000_000
    max_redirects: int = 3
    """Within the same scheme, host and port; to any other place none is followed."""


class MailSecurity(StrEnum):
    """How the connection to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The server that mails of `notify` nodes go to."""

    host: str = ""
    """Without one no mail is sent."""
    port: int = 587
    """587 for `starttls`, 465 for `tls`."""
    user: str = ""
    """Empty: no login."""
    password: str = field(default="", repr=False)
    """Of that user."""
    sender: str = ""
    """Address in From; `user` where empty."""
    security: MailSecurity = MailSecurity.STARTTLS
    """`starttls`, `tls` (port 465), or `none`: for a server on this machine only."""
    timeout_s: float = 20.0
    """The longest silence of the server."""


def is_loopback(host: str) -> bool:
    """An address or name of this machine's loopback."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def check(settings: WebSettings) -> None:
    """Refuse to show calls to a whole network. Raises `ConfigError`."""
    for one in settings.tokens:
        if len(one.token) < SHORTEST_TOKEN:
            hint = f"set one of {SHORTEST_TOKEN} characters or more"
            raise ConfigError(
                [Problem("console", 0, 0, "console-token", f"{one.name}: a token is short", hint)]
            )
    short = len(settings.token) < SHORTEST_TOKEN
    if not settings.is_local and short and not (settings.tokens and not settings.token):
        message = f"the console on {settings.host} would show every call to the network"
        hint = f"set a token of {SHORTEST_TOKEN} characters or more, or bind it to 127.0.0.1"
        raise ConfigError([Problem("console", 0, 0, "console-token", message, hint)])

"""What the console needs of the rest."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol

from voicebot.core.health import Check
from voicebot.core.record import Cdr, Fact
from voicebot.store.feed import FeedItem
from voicebot.store.query import CallFilter, CallPage


class Calls(Protocol):
    """Reads calls; blocks, so it is called in a thread. Raises `EngineError`."""

    def list(self, wanted: CallFilter | None = None) -> CallPage: ...

    def running(self) -> tuple[Cdr, ...]: ...

    def get(self, call: str) -> Cdr | None: ...

    def facts(self, call: str) -> tuple[Fact, ...]: ...


class Subscription(Protocol):
    """Facts as they happen, for one reader."""

    async def get(self) -> FeedItem | None: ...

    def close(self) -> None: ...

    def __enter__(self) -> Subscription: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


class Events(Protocol):
    """Where facts are published."""

    def subscribe(self, *, after: str = "", call: str = "") -> Subscription: ...


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """How this node is doing, for `/healthz` and `/readyz`."""

    calls_running: int = 0
    draining: bool = False
    """No new calls are taken."""
    journal: str = "ok"
    """`ok`, `behind` or `failing`."""
    journal_lag_ms: int = 0
    alive: tuple[Check, ...] = ()
    """One that is not met takes a restart."""
    ready: tuple[Check, ...] = ()
    """All are met while a call would be served."""


class FlowList(Protocol):
    """What serves callers. Raises `EngineError`."""

    async def flows(self) -> dict[str, Any]:
        """`flows`, each with `live`, `canary` and `log`, `intents` and `refused`: JSON values."""
        ...


class Monitor(Protocol):
    """What the node says of itself."""

    async def status(self) -> NodeStatus: ...

    async def metrics(self) -> bytes:
        """Prometheus's text format, version 0.0.4."""
        ...

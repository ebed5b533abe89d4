"""Who calls a star code: by the phone, else by a PIN.

The phone is an agent's own where From has the user of the agent's address and the request came
from its host: that address itself, or a trunk (a registrar, a PBX) that answers for its callers.
"""

from __future__ import annotations

import hmac
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from voicebot.core.call import LegInfo
from voicebot.core.queueing import AgentSpec

TRIES = 3
"""PINs in one call."""
MOST_WRONG = 6
"""Wrong PINs in a row, in any calls; then no PIN of that agent counts for `LOCKED_MS`."""
LOCKED_MS = 600_000

_ADDRESS = re.compile(r"^<?sips?:(?P<user>[^@;>]+)@(?P<host>\[[^\]]+\]|[^:;>]+)", re.IGNORECASE)


def owner_of(
    info: LegInfo, agents: Iterable[AgentSpec], trunks: Mapping[str, str]
) -> AgentSpec | None:
    """The agent whose own phone calls; None where it is nobody's. `trunks`: hosts by the names of
    the trunks whose word for a caller's identity is taken."""
    for agent in agents:
        if _is_user(info, agent) and _comes_from(info, agent, trunks):
            return agent
    return None


def claimed_by(info: LegInfo, agents: Iterable[AgentSpec]) -> AgentSpec | None:
    """The agent whom the phone says it is of, whether that is so or not, who has a PIN."""
    return next((agent for agent in agents if agent.pin and _is_user(info, agent)), None)


def _is_user(info: LegInfo, agent: AgentSpec) -> bool:
    found = _ADDRESS.match(agent.address)
    return found is not None and bool(info.caller) and found["user"] == info.caller


def _comes_from(info: LegInfo, agent: AgentSpec, trunks: Mapping[str, str]) -> bool:
    found = _ADDRESS.match(agent.address)
    if found is None:
        return False
    host = found["host"].strip("[]").lower()
    if info.trunk:
        return _host(trunks.get(info.trunk, "")) == host
    return _host(info.source) == ("127.0.0.1" if host == "localhost" else host)


def _host(address: str) -> str:
    """The host of `host`, `host:port` or `[v6]:port`."""
    if address.startswith("["):
        return address[1:].split("]", 1)[0].lower()
    host = address.split(":", 1)[0] if address.count(":") == 1 else address
    return host.lower()


class Pins:
    """Checks PINs, and closes for a while to who guesses."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._wrong: Counter[str] = Counter()
        self._locked_until_ms: dict[str, int] = {}

    def is_locked(self, agent: AgentSpec) -> bool:
        """No PIN of this agent counts just now."""
        return self._now_ms() < self._locked_until_ms.get(agent.name, 0)

    def is_right(self, agent: AgentSpec, pin: str) -> bool:
        """Whether this is it; a wrong one counts."""
        right = bool(agent.pin) and hmac.compare_digest(agent.pin.encode(), pin.encode())
        if right:
            self._wrong.pop(agent.name, None)
            return True
        self._wrong[agent.name] += 1
        if self._wrong[agent.name] >= MOST_WRONG:
            self._locked_until_ms[agent.name] = self._now_ms() + LOCKED_MS
            del self._wrong[agent.name]
        return False

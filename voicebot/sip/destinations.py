"""Where calls may go: judged before a packet is sent."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from voicebot.core.errors import DialRefused
from voicebot.sip.settings import Destinations, TransportKind, Trunk

_URI = re.compile(
    r"^<?(?P<scheme>sips?):(?:(?P<user>[^@]*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>\d+))?(?P<params>;[^>?\s]*)?>?$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?:tel:)?(\+?[0-9A-Da-d*#().-]+)$")


@dataclass(frozen=True, slots=True)
class Route:
    """How a target is reached."""

    uri: str
    trunk: Trunk | None
    """The trunk whose account the call is made with."""


def split_host(host: str) -> str:
    """The host of `host`, `host:port` or `[v6]:port`."""
    if host.startswith("["):
        return host[1:].split("]", 1)[0]
    return host.split(":", 1)[0] if host.count(":") == 1 else host


def route(target: str, destinations: Destinations, trunks: tuple[Trunk, ...]) -> Route:
    """Find the way to a SIP URI or a bare number; raises `DialRefused` if none is allowed."""
    text = target.strip()
    number = _NUMBER.match(text)
    if number is not None:
        return _by_trunk(re.sub(r"[().-]", "", number[1]), destinations, trunks)
    uri = _URI.match(text)
    if uri is None:
        raise DialRefused("the target is neither a SIP URI nor a number")
    if ";maddr" in (uri["params"] or "").lower():
        # It sends the request to another host than the one judged (RFC 3261 section 19.1.1).
        raise DialRefused("the target has a maddr parameter")
    host = split_host(uri["host"])
    for trunk in trunks:
        if split_host(trunk.host).lower() == host.lower():
            _check_number(uri["user"] or "", destinations)
            return Route(text.strip("<>"), trunk)
    if any(_matches(host, rule) for rule in destinations.hosts):
        return Route(text.strip("<>"), None)
    raise DialRefused("the target's host is not among those that calls may go to")


def _by_trunk(number: str, destinations: Destinations, trunks: tuple[Trunk, ...]) -> Route:
    _check_number(number, destinations)
    for trunk in trunks:
        if trunk.outbound:
            return Route(f"sip:{number}@{trunk.host}{transport_parameter(trunk.protocol)}", trunk)
    raise DialRefused("no trunk takes calls out")


def _check_number(number: str, destinations: Destinations) -> None:
    if not any(re.fullmatch(pattern, number) for pattern in destinations.numbers):
        raise DialRefused("the number is not among those that calls may go to")


def transport_parameter(protocol: TransportKind) -> str:
    """The URI parameter that asks for a transport; UDP needs none."""
    return "" if protocol is TransportKind.UDP else f";transport={protocol}"


def _matches(host: str, rule: str) -> bool:
    try:
        network = ipaddress.ip_network(rule, strict=False)
    except ValueError:
        return _name_matches(host.lower().rstrip("."), rule.lower())
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # A name is no address; `localhost` is the one name that says where it leads.
        return host.lower() == "localhost" and network.is_loopback
    return address.version == network.version and address in network


def _name_matches(host: str, rule: str) -> bool:
    if rule.startswith("*."):
        return host.endswith(rule[1:])
    return host == rule

"""Which trunk a call came by."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from voicebot.sip.destinations import split_host
from voicebot.sip.settings import Trunk


def networks_of(trunk: Trunk) -> tuple[str, ...]:
    """Addresses and blocks that the trunk's calls come from."""
    host = split_host(trunk.host)
    return (*trunk.networks, host) if _is_address(host) else trunk.networks


def trunk_of(trunks: Iterable[Trunk], account: str, source: str, digest_user: str) -> Trunk | None:
    """The trunk of a call: the one whose digest it has, whose address it is from, or whose
    account pjsua found for it.

    `digest_user` is the user whose digest `SipGuard` has checked; empty if there was none.
    """
    trunks = tuple(trunks)
    by_digest = (one for one in trunks if one.inbound_user and one.inbound_user == digest_user)
    by_address = (one for one in trunks if within(networks_of(one), source))
    by_account = (one for one in trunks if account and one.name == account)
    for candidates in (by_digest, by_address, by_account):
        for trunk in candidates:
            return trunk
    return None


def within(networks: Iterable[str], source: str) -> bool:
    """Whether `source` (`address:port`) is in one of the addresses or CIDR blocks."""
    address = ipaddress.ip_address(split_host(source).split("%")[0])
    parsed = (ipaddress.ip_network(one, strict=False) for one in networks)
    return any(address.version == one.version and address in one for one in parsed)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

"""Which trunk a call came by."""

from __future__ import annotations

from voicebot.sip.settings import Trunk
from voicebot.sip.trunks import networks_of, trunk_of, within

BY_ADDRESS = Trunk("address", "192.0.2.1:5060", networks=("198.51.100.0/24",))
BY_NAME = Trunk("name", "sip.example.com")
BY_DIGEST = Trunk("digest", "sip.example.org", inbound_user="u")
TRUNKS = (BY_ADDRESS, BY_NAME, BY_DIGEST)


def test_an_address_as_host_is_one_of_its_networks() -> None:
    assert networks_of(BY_ADDRESS) == ("198.51.100.0/24", "192.0.2.1")
    assert networks_of(BY_NAME) == ()


def test_by_digest_then_address_then_account() -> None:
    assert trunk_of(TRUNKS, "name", "198.51.100.9:5060", "u") == BY_DIGEST
    assert trunk_of(TRUNKS, "name", "198.51.100.9:5060", "") == BY_ADDRESS
    assert trunk_of(TRUNKS, "name", "203.0.113.1:5060", "") == BY_NAME
    assert trunk_of(TRUNKS, "", "[2001:db8::1]:5060", "") is None


def test_an_empty_digest_user_is_no_user() -> None:
    assert trunk_of((Trunk("t", "h"),), "", "203.0.113.1:5060", "") is None


def test_within() -> None:
    assert within(("10.0.0.0/8",), "10.2.3.4:5060")
    assert not within(("10.0.0.0/8",), "[::1]:5060")
    assert within(("fe80::/10",), "[fe80::1%eth0]:5060")

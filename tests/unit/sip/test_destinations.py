"""Where calls may go."""

from __future__ import annotations

import pytest

from voicebot.core.errors import DialRefused
from voicebot.sip.destinations import route, split_host
from voicebot.sip.settings import Destinations, TransportKind, Trunk

TRUNKS = (
    Trunk("inbound only", "192.0.2.7", outbound=False),
    Trunk("provider", "sip.example.com:5061", user="u", protocol=TransportKind.TLS),
)
RULES = Destinations(
    hosts=("10.0.0.0/8", "fd00::1", "pbx.example", "*.lan"), numbers=(r"\+49\d{5,12}",)
)


@pytest.mark.parametrize(
    ("target", "uri", "trunk"),
    [
        ("sip:anna@10.1.2.3:5070", "sip:anna@10.1.2.3:5070", None),
        ("<sip:anna@10.1.2.3;transport=tcp>", "sip:anna@10.1.2.3;transport=tcp", None),
        ("sip:[fd00::1]:5060", "sip:[fd00::1]:5060", None),
        ("sips:anna@PBX.example", "sips:anna@PBX.example", None),
        ("sip:anna@desk.lan", "sip:anna@desk.lan", None),
        ("+49 170", "", "refused"),
        ("+49(170)555-01", "sip:+4917055501@sip.example.com:5061;transport=tls", "provider"),
        ("tel:+4917055501", "sip:+4917055501@sip.example.com:5061;transport=tls", "provider"),
        ("sip:+4917055501@sip.example.com", "sip:+4917055501@sip.example.com", "provider"),
    ],
)
def test_routes(target: str, uri: str, trunk: str | None) -> None:
    if trunk == "refused":
        with pytest.raises(DialRefused):
            route(target, RULES, TRUNKS)
        return
    way = route(target, RULES, TRUNKS)
    assert way.uri == uri
    assert (way.trunk.name if way.trunk else None) == trunk


@pytest.mark.parametrize(
    "target",
    [
        "sip:anna@11.0.0.1",
        "sip:anna@[::2]",
        "sip:anna@lan",
        "sip:anna@evil-pbx.example",
        "sip:anna@localhost",
        "+33123456",
        "sip:+33123456@sip.example.com",
        "sip:a@10.1.2.3;maddr=11.0.0.1",
        "sip:a@10.1.2.3?Route=%3Csip:11.0.0.1%3E",
        "sip:a@10.1.2.3>;x, <sip:b@11.0.0.1",
        "sip:a@10.1.2.3\r\nRoute: <sip:11.0.0.1>",
        "anna",
        "",
    ],
)
def test_everything_else_is_refused(target: str) -> None:
    with pytest.raises(DialRefused):
        route(target, RULES, TRUNKS)


def test_localhost_goes_where_loopback_goes() -> None:
    assert route("sip:a@localhost:5070", Destinations(hosts=("127.0.0.0/8",)), ()).trunk is None


@pytest.mark.parametrize(
    ("text", "host"),
    [("a.b:5060", "a.b"), ("a.b", "a.b"), ("[::1]:5060", "::1"), ("::1", "::1")],
)
def test_the_host_of_an_address(text: str, host: str) -> None:
    assert split_host(text) == host

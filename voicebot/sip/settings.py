"""What the SIP user agent needs to know; filled from `sip_config/` and checked there."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import StrEnum

PRIVATE_NETWORKS = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)
"""Loopback, private (RFC 1918, RFC 4193) and link-local addresses."""


_LEGS_A_CORE = 25
"""Recognition takes the most of it (`python -m bench.load`)."""
_MOST_LEGS = 75
"""The sound of all legs passes through one thread, whatever the cores."""


class TransportKind(StrEnum):
    """How SIP messages travel."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class Srtp(StrEnum):
    """Whether sound is encrypted (RFC 3711, keys by RFC 4568)."""

    OFF = "off"
    OPTIONAL = "optional"
    """Offered, and taken when offered."""
    REQUIRED = "required"
    """A call without it is refused with 488."""


@dataclass(frozen=True, slots=True)
class Transport:
    """One socket to listen at."""

    protocol: TransportKind = TransportKind.UDP
    port: int = 5060
    """0 lets the system choose."""
    address: str = ""
    """Address of one interface; empty for all. One with a colon is IPv6."""
    public_address: str = ""
    """What to write into Via, Contact and SDP, behind a NAT that forwards."""
    ipv6: bool = False
    """Listen on all IPv6 interfaces when `address` is empty."""


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificates (PEM). Without one, a self-signed one is made at every start."""

    certificate_file: str = ""
    key_file: str = ""
    ca_file: str = ""
    verify_peer: bool = False
    """Check the far end's certificate; needs `ca_file`."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """A provider or a PBX that calls come from and go to."""

    name: str
    host: str
    """Host, or host:port, of its proxy."""
    user: str = ""
    password: str = field(default="", repr=False)
    register: bool = False
    """Register with it as `user` (RFC 3261 section 10), and again after a failure."""
    register_expires_s: int = 300
    retry_s: int = 30
    """Pause before registering again after a failure."""
    protocol: TransportKind = TransportKind.UDP
    networks: tuple[str, ...] = ()
    """Addresses or CIDR blocks that its calls come from; its `host` too, when that is one."""
    inbound_user: str = ""
    """Calls from `SipSettings.challenge_networks` with this digest belong to this trunk."""
    inbound_password: str = field(default="", repr=False)
    trust_identity: bool = False
    """Believe its P-Asserted-Identity (RFC 3325 section 9)."""
    outbound: bool = True
    """Bare numbers may be dialed by it."""
    from_user: str = ""
    """User part of From on calls out; `user` where empty."""
    calls_per_s: int = 200
    """Instead of `SipSettings.source_calls_per_s`, for each of its addresses."""


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where calls may go. Everything else is refused before a packet is sent."""

    hosts: tuple[str, ...] = PRIVATE_NETWORKS
    """CIDR blocks, addresses, host names, or `*.` and a domain. Trunks are always allowed."""
    numbers: tuple[str, ...] = ()
    """Regular expressions; a bare number that matches one whole may go out by a trunk."""


@dataclass(frozen=True, slots=True)
class Media:
    """Sound on the wire."""

    codecs: tuple[str, ...] = ("PCMU", "PCMA", "G722", "opus")
    """Accepted codecs, best first, by their RTP names."""
    rtp_port_first: int = 20000
    rtp_port_last: int = 23999
    """Two ports a call; 0 for the first lets the system choose."""
    srtp: Srtp = Srtp.OPTIONAL
    jitter_prefetch_ms: int = 20
    """Sound kept back before playing starts. It delays every turn; a lossy line wants 60."""
    jitter_max_ms: int = 400
    fill_silence: bool = True
    """Send RTP while nothing is said: NATs and phones take a silent line for a dead one."""
    rtp_timeout_s: int = 30
    """A leg that is not on hold ends when neither RTP nor RTCP came for so long; 0 for never. A
    phone that sends no sound while its user is muted still sends RTCP every 5 to 8 s."""


@dataclass(frozen=True, slots=True)
class SipSettings:
    """Everything about the line."""

    transports: tuple[Transport, ...] = (
        Transport(TransportKind.UDP),
        Transport(TransportKind.TCP),
        Transport(TransportKind.TLS, port=5061),
    )
    tls: Tls = field(default_factory=Tls)
    trunks: tuple[Trunk, ...] = ()
    media: Media = field(default_factory=Media)
    allowed_networks: tuple[str, ...] = PRIVATE_NETWORKS
    """Who may call without more; everyone else gets no answer at all."""
    challenge_networks: tuple[str, ...] = ()
    """Who may call with a digest of a trunk's `inbound_user` (RFC 3261 section 22)."""
    destinations: Destinations = field(default_factory=Destinations)
    capacity: int = 0
    """Legs at the same time; one more INVITE is answered 503. 0 for what the cores hold."""
    retry_after_s: int = 10
    """Retry-After of that 503."""
    source_calls_per_s: int = 50
    """New calls a second that one address may begin (as many may come at once; of requests that
    belong to no call twice as many a second, ten times as many at once); 0 for no limit."""
    source_silence_s: int = 10
    """An address that asks for more gets no answer for so long after it last did. Its calls that
    are up go on."""
    session_expires_s: int = 1800
    """Session timer (RFC 4028), used when the far end supports it."""
    user_agent: str = "voicebot"
    realm: str = "voicebot"
    user: str = "hotline"
    """User part of our own address."""
    log_level: int = 0
    """pjsip's own log, 0 to 5. Above 0 it shows numbers and addresses: for a laboratory only."""

    @property
    def most_legs(self) -> int:
        """`capacity`, or what this machine's cores hold."""
        return self.capacity or capacity_of(len(os.sched_getaffinity(0)))


def capacity_of(cores: int) -> int:
    """Legs that so many cores hold, with callers who speak a fifth of the time."""
    return min(_LEGS_A_CORE * cores, _MOST_LEGS)

"""Messages that are almost right: seeded, so that each failure can be had again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

METHODS = ("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "REFER", "NOTIFY", "UPDATE")
OFTEN = ("INVITE",) * 4

_NUMBERS = (
    b"-1",
    b"0",
    b"65536",
    b"2147483648",
    b"4294967296",
    b"18446744073709551616",
    b"9" * 60,
)
_ODD = (b"\x00", b"\xff\xfe", b"%s%n%x", b'"', b"<", b">;;", b"\r", b"\n", b"\t" * 40, b"[::", b"=")

SDP = (
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    "m=audio 40000 RTP/AVP 0 8 9 101",
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:9 G722/8000",
    "a=rtpmap:101 telephone-event/8000",
    "a=fmtp:101 0-16",
    "a=ptime:20",
    "a=sendrecv",
)

ODD_LINES = (
    "a=rtpmap:0 PCMU/0",
    "a=rtpmap:96 opus/48000/2",
    "a=rtpmap:999999 X/8000",
    "a=rtpmap:",
    "a=fmtp:101 " + "0-16," * 500,
    "a=ptime:0",
    "a=ptime:4294967295",
    "a=maxptime:-5",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + "A" * 40 + "|2^20|1:4",
    "a=crypto:" + "9" * 40 + " NONSENSE inline:",
    "a=rtcp:99999 IN IP4 999.1.1.1",
    "a=rtcp-mux",
    "a=ssrc:99999999999 cname:x",
    "a=candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host",
    "a=ice-ufrag:x",
    "a=group:BUNDLE 0 1",
    "a=mid:",
    "c=IN IP4 0.0.0.0",
    "c=IN IP6 ::",
    "c=IN IP4 256.256.256.256",
    "c=IN IP4 nowhere.invalid",
    "m=audio 0 RTP/AVP 0",
    "m=audio 70000 RTP/AVP 0",
    "m=audio 40000 RTP/SAVP 0",
    "m=audio 40000 UDP/TLS/RTP/SAVPF 0",
    "m=audio 40000 RTP/AVP",
    "m=video 40002 RTP/AVP 96",
    "m=text 40004 RTP/AVP 98",
    "m=image 40006 udptl t38",
    "m=message 9 TCP/MSRP *",
    "b=AS:99999999999",
    "k=clear:x",
    "z=0 0",
)


@dataclass(frozen=True)
class Dialog:
    """What ties a request to a call; tags empty outside of one."""

    call_id: str
    from_tag: str
    to_tag: str = ""


class Fuzzer:
    """An endless source of messages from `port`."""

    def __init__(self, seed: int, port: int) -> None:
        self._random = random.Random(seed)
        self._port = port
        self._number = 0

    def messages(self, count: int, dialogs: list[Dialog]) -> Iterator[bytes]:
        """So many; about half of them within one of the `dialogs`, where there are any."""
        for _ in range(count):
            self._number += 1
            within = bool(dialogs) and self._random.random() < 0.5
            dialog = self._random.choice(dialogs) if within else self._stranger()
            message = self._request(self._random.choice(METHODS + OFTEN), dialog)
            for _ in range(self._random.choice((0, 1, 1, 2, 5))):
                message = self._random.choice(_MUTATIONS)(self._random, message)
            yield message[:65_000]

    def _stranger(self) -> Dialog:
        return Dialog(f"fuzz-{self._number}", f"t{self._number}")

    def _request(self, method: str, dialog: Dialog) -> bytes:
        kind, body = self._body(method)
        to_tag = f";tag={dialog.to_tag}" if dialog.to_tag else ""
        lines = [
            f"{method} sip:hotline@127.0.0.1 SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self._port};branch=z9hG4bKz{self._number};rport",
            "Max-Forwards: 70",
            f'From: "Fuzz" <sip:fuzz@127.0.0.1>;tag={dialog.from_tag}',
            f"To: <sip:hotline@127.0.0.1>{to_tag}",
            f"Call-ID: {dialog.call_id}",
            f"CSeq: {self._number + 10} {method}",
            f"Contact: <sip:fuzz@127.0.0.1:{self._port}>",
            "Supported: timer, 100rel, replaces",
            "Refer-To: <sip:900123@example.invalid>",
            "Event: refer;id=1",
            "Subscription-State: active;expires=60",
            f"Content-Type: {kind}",
            f"Content-Length: {len(body)}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body

    def _body(self, method: str) -> tuple[str, bytes]:
        if method in ("INVITE", "ACK", "UPDATE"):
            return "application/sdp", self._sdp()
        if method == "INFO":
            keys = self._random.choice((b"Signal=5\r\nDuration=99999999999999\r\n", b"Signal="))
            return "application/dtmf-relay", keys
        if method == "NOTIFY":
            return "message/sipfrag;version=2.0", b"SIP/2.0 99999999999 OK\r\n"
        return "text/plain", b""

    def _sdp(self) -> bytes:
        lines = list(SDP)
        for _ in range(self._random.choice((0, 0, 1, 2, 4))):
            spot = self._random.randrange(len(lines) + 1)
            lines.insert(spot, self._random.choice(ODD_LINES))
        if self._random.random() < 0.2:
            del lines[self._random.randrange(len(lines))]
        if self._random.random() < 0.03:
            lines += [f"a=rtpmap:{n % 128} X{n}/8000" for n in range(2000)]
        if self._random.random() < 0.03:
            lines[5] += " " + " ".join(str(n) for n in range(3000))
        if self._random.random() < 0.03:
            lines += ["m=audio 40000 RTP/AVP 0"] * 200
        return ("\r\n".join(lines) + "\r\n").encode()


def _flip(chance: random.Random, text: bytes) -> bytes:
    spot = chance.randrange(len(text))
    return text[:spot] + bytes([chance.randrange(256)]) + text[spot + 1 :]


def _cut(chance: random.Random, text: bytes) -> bytes:
    return text[: chance.randrange(1, len(text) + 1)]


def _insert(chance: random.Random, text: bytes) -> bytes:
    spot = chance.randrange(len(text))
    return text[:spot] + chance.choice(_ODD) + text[spot:]


def _number(chance: random.Random, text: bytes) -> bytes:
    spots = [spot for spot in range(len(text)) if text[spot : spot + 1].isdigit()]
    if not spots:
        return text
    spot = chance.choice(spots)
    return text[:spot] + chance.choice(_NUMBERS) + text[spot + 1 :]


def _line(chance: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\r\n")
    spot = chance.randrange(len(lines))
    match chance.randrange(3):
        case 0:
            del lines[spot]
        case 1:
            lines.insert(spot, lines[spot])
        case _:
            other = chance.randrange(len(lines))
            lines[spot], lines[other] = lines[other], lines[spot]
    return b"\r\n".join(lines) or b"\r\n\r\n"


def _swell(chance: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\r\n")
    spot = chance.randrange(len(lines))
    lines[spot] += chance.choice((b"a", b",", b"%00", b"(", b" ")) * chance.choice((300, 9000))
    return b"\r\n".join(lines)


_MUTATIONS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _flip,
    _flip,
    _cut,
    _insert,
    _number,
    _number,
    _line,
    _swell,
)

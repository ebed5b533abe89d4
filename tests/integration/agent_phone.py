"""An agent's phone, by SIPp: rings, answers and hangs up, or refuses."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hotline import free_port

_SCENARIO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="agent">
<recv request="INVITE" rrs="true" crlf="true">
<action>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="caller"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="agent"/>
<ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq"/>
</action>
</recv>
<Reference variables="caller,agent,cseq"/>
{ringing}
{final}
</scenario>
"""

_RINGING = """<send><![CDATA[
SIP/2.0 180 Ringing
[last_Via:]
[last_From:]
[last_To:];tag=[pid]SIPpTag01[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
Content-Length: 0

]]></send>
<pause milliseconds="{rings_ms}"/>"""

_ANSWER = """<send retrans="500"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]SIPpTag01[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=agent 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15

]]></send>
<recv request="ACK" crlf="true"/>
{talk}"""

_HANGS_UP = """<pause milliseconds="{talks_ms}"/>
<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: [$agent];tag=[pid]SIPpTag01[call_number]
To: [$caller]
Call-ID: [call_id]
CSeq: 1 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200" crlf="true"/>"""

_IS_HUNG_UP = """<recv request="BYE"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>"""

_IS_CANCELLED = """<recv request="CANCEL"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<send retrans="500"><![CDATA[
SIP/2.0 487 Request Terminated
[last_Via:]
[last_From:]
[last_To:];tag=[pid]SIPpTag01[call_number]
[last_Call-ID:]
CSeq:[$cseq]
Content-Length: 0

]]></send>
<recv request="ACK" crlf="true"/>"""

_REFUSAL = """<send retrans="500"><![CDATA[
SIP/2.0 {code} Refused
[last_Via:]
[last_From:]
[last_To:];tag=[pid]SIPpTag01[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<recv request="ACK" crlf="true"/>"""


CANCELLED = 487
"""As `code`: the phone rings until it is cancelled."""


def scenario(*, rings_ms: int, talks_ms: int | None, code: int) -> str:
    """SIPp's XML for a phone."""
    hangs_up = _HANGS_UP.replace("{talks_ms}", str(talks_ms))
    answer = _ANSWER.replace("{talk}", _IS_HUNG_UP if talks_ms is None else hangs_up)
    final = {200: answer, CANCELLED: _IS_CANCELLED}.get(code) or _REFUSAL.replace(
        "{code}", str(code)
    )
    pause_ms = 0 if code == CANCELLED else rings_ms
    ringing = _RINGING.replace("{rings_ms}", str(pause_ms))
    return _SCENARIO.replace("{ringing}", ringing).replace("{final}", final)


def _sipp(folder: Path, port: int, behavior: str, *options: str) -> subprocess.Popen[bytes]:
    file = folder / f"phone-{port}.xml"
    file.write_text(behavior, "utf-8")
    words = ["sipp", "-sf", str(file), "-i", "127.0.0.1", "-p", str(port), "-nostdin"]
    words += ["-rtp_echo", "-mp", str(free_port()), "-aa", *options]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def agent_phone(
    folder: Path, *, rings_ms: int = 500, talks_ms: int | None = 3_000, code: int = 200
) -> Iterator[int]:
    """A phone that rings, then refuses with `code`, or answers, echoes what it hears, and hangs up
    after `talks_ms` (None: never). Gives its port."""
    port = free_port()
    behavior = scenario(rings_ms=rings_ms, talks_ms=talks_ms, code=code)
    process = _sipp(folder, port, behavior)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def one_call_phone(
    folder: Path,
    port: int,
    *,
    rings_ms: int = 200,
    talks_ms: int | None = None,
    code: int = 200,
) -> Iterator[None]:
    """The same for one call at a given port. On leaving, the call must have gone to its end just
    so: cancelled or hung up by the hotline where the phone waits for that."""
    behavior = scenario(rings_ms=rings_ms, talks_ms=talks_ms, code=code)
    options = ("-m", "1", "-timeout", "90s", "-timeout_error")
    process = _sipp(folder, port, behavior, *options)
    try:
        yield
        assert process.wait(60) == 0, "the phone's call did not go as it should"
    finally:
        process.kill()
        process.wait(10)

"""The torture messages of RFC 4475, byte by byte, by UDP and by TCP."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from raw_wire import (
    BUSY,
    Codes,
    Wire,
    an_ordinary_call_works,
    ask_by_tcp,
    legs_are_gone,
    port_of,
    turning_away,
)
from sip_line import open_line

from voicebot.sip.settings import Transport, TransportKind

FOLDER = Path(__file__).parents[1] / "fixtures" / "sip" / "torture"
PATHS = sorted(FOLDER.glob("*.sip"))
WAIT_S = 1.0
RINGS = BUSY
"""A call that came through to the hotline: the test refuses it as busy."""

ANSWERED = {
    # Valid, and answered as the RFC says.
    "lwsdisp": 200,
    "semiuri": 200,
    "transports": 200,
    "zeromf": 200,  # we are no proxy: nothing is forwarded
    "badbranch": 200,
    "esc01": RINGS,
    "longreq": RINGS,
    "intmeth": 405,
    "escnull": 405,
    "esc02": 405,
    "dblreq": 405,  # by UDP what follows the first message is not looked at
    "mpart01": 405,
    "cparam01": 405,
    "unksm2": 405,
    "cparam02": 405,
    "wsinv": 481,  # it has a To tag, of a dialog that is not ours
    # Wrong, and refused as the RFC says.
    "mismatch01": 400,
    "mismatch02": 400,
    "sdp01": 406,
    "invut": 415,
    "bext01": 420,
    # Wrong, but its meaning is plain; the RFC leaves it to us.
    "baddn": 200,
    "badaspec": 200,
    "trws": 200,
    "mcl01": 200,
    "baddate": RINGS,
    "escruri": RINGS,
    "lwsstart": RINGS,
    "multi01": RINGS,
    "regescrt": 405,
    # No From tag, no branch: as of RFC 2543, which nothing speaks any more.
    "inv2543": 400,
}
"""Everything else cannot be read by pjsip, or is a response to nothing: no answer. (Of the valid
ones these are `regaut01`, `unkscm` and `novelsc`: schemes that its parser does not know.)"""

BY_UDP_ONLY = {"clerr": RINGS}
"""A datagram ends where it ends; in a stream a wrong length swallows what follows."""


def message(path: Path, transport: str, port: int) -> bytes:
    """A message as it goes to the socket."""
    text = path.read_bytes()
    return text.replace(b"@TRANSPORT@", transport.encode()).replace(b"@PORT@", b"%d" % port)


def call_id(path: Path) -> str:
    found = re.search(rb"^(?:Call-ID|i)\s*:\s*(.*?)\r$", path.read_bytes(), re.MULTILINE)
    return found[1].decode("latin-1") if found else "none"


def first_code(codes: Codes, path: Path) -> int | None:
    return next(iter(codes.seen.get(call_id(path), [])), None)


async def test_by_udp() -> None:
    assert len(PATHS) == 49
    async with open_line() as line, Wire() as wire:
        async with turning_away(line) as legs:
            for path in PATHS:
                wire.send(message(path, "UDP", wire.port), port_of(line))
            await asyncio.sleep(WAIT_S)
        answered = {path.stem: first_code(wire.codes, path) for path in PATHS}
        expected = ANSWERED | BY_UDP_ONLY
        assert answered == {path.stem: expected.get(path.stem) for path in PATHS}
        assert len(legs) == list(expected.values()).count(RINGS)
        await legs_are_gone(line)
        await an_ordinary_call_works(line)


async def test_by_tcp() -> None:
    tcp = Transport(TransportKind.TCP, 0, "127.0.0.1")
    async with open_line(transports=(tcp, Transport(port=0, address="127.0.0.1"))) as line:
        async with turning_away(line):
            codes = await asyncio.gather(
                *(ask_by_tcp(message(path, "TCP", 5999), port_of(line), WAIT_S) for path in PATHS)
            )
        answered = {
            path.stem: first_code(one, path) for path, one in zip(PATHS, codes, strict=True)
        }
        assert answered == {path.stem: ANSWERED.get(path.stem) for path in PATHS}
        # By TCP the second of two messages in a row is a message, too.
        two = codes[[path.stem for path in PATHS].index("dblreq")].seen
        assert list(two.values()) == [[405], [RINGS]]
        await legs_are_gone(line)
        await an_ordinary_call_works(line, transport=1)

"""Another SIP user agent, in a process of its own: pjsua2 is one endpoint a process.

The parent writes commands and reads events, a line of JSON each. Started as a program, this file
is the child.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict, is_dataclass
from typing import Any, Self

import numpy as np

WAIT_S = 10.0
TONE_HZ = 440
LOUD = 1000


class FarEnd:
    """The parent's side."""

    def __init__(self, *options: str) -> None:
        self._options = options
        self.address = ""

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            __file__,
            *self._options,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self.address = (await self.until("Listening"))["address"]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), WAIT_S)

    def do(self, command: str, *arguments: object) -> None:
        """Give a command: dial URI, ring, early_media, answer, hang_up CODE, tone MS, keys KEYS,
        hold, resume."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([command, *arguments]).encode() + b"\n")

    async def until(self, name: str, **fields: object) -> dict[str, Any]:
        """Read events up to one of this name, with these fields."""
        assert self._process.stdout is not None
        async with asyncio.timeout(WAIT_S):
            while line := await self._process.stdout.readline():
                event: dict[str, Any] = json.loads(line)
                if event["event"] == name and all(
                    event.get(key) == value for key, value in fields.items()
                ):
                    return event
        raise AssertionError(f"the far end ended before {name}")


# ---------------------------------------------------------------- the child


def tone(rate: int, duration_ms: int) -> Any:
    """A sine of `TONE_HZ`."""
    times = np.arange(rate * duration_ms // 1000) / rate
    return (8000 * np.sin(2 * np.pi * TONE_HZ * times)).astype(np.int16)


def tell(event: str, **fields: object) -> None:
    sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
    sys.stdout.flush()


async def listen(leg: Any) -> None:
    """Report a leg's events; of its sound, when it turns loud and when silent."""
    from voicebot.core.ports import Audio, ReferRequested

    loud = False
    async for event in leg.events():
        if isinstance(event, Audio):
            now_loud = bool(np.abs(event.heard.samples.astype(np.int32)).max() > LOUD)
            if now_loud != loud:
                loud = now_loud
                tell("Loud" if loud else "Silent", rate=leg.rate)
        elif isinstance(event, ReferRequested):
            await leg.tell_referrer(603)
        elif is_dataclass(event):
            tell(type(event).__name__, **asdict(event))


async def obey(endpoint: Any, group: asyncio.TaskGroup, legs: list[Any]) -> None:
    """Read commands until the parent closes the pipe."""
    from voicebot.core.audio import Pcm

    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        command, *arguments = json.loads(line)
        if command == "dial":
            legs[:] = [await endpoint.dial(arguments[0], {}, caller_name="Far End")]
            group.create_task(listen(legs[0]))
        elif command == "tone":
            legs[0].play(Pcm(tone(legs[0].rate, arguments[0]), legs[0].rate))
        elif command == "ring":
            legs[0].ring()
        elif command == "keys":
            group.create_task(legs[0].send_keys(arguments[0]))
        else:
            group.create_task(getattr(legs[0], command)(*arguments))


async def receive(endpoint: Any, group: asyncio.TaskGroup, legs: list[Any]) -> None:
    async for leg in endpoint.incoming():
        legs[:] = [leg]
        tell("Incoming", **asdict(leg.info))
        group.create_task(listen(leg))


async def child(codecs: str, srtp: str) -> None:
    from voicebot.sip.endpoint import SipEndpoint
    from voicebot.sip.settings import Media, SipSettings, Srtp, Transport, TransportKind

    kinds = (TransportKind.UDP, TransportKind.TCP, TransportKind.TLS)
    v4 = tuple(Transport(kind, 0, "127.0.0.1") for kind in kinds)
    settings = SipSettings(
        transports=(*v4, Transport(TransportKind.UDP, 0, "::1")),
        media=Media(codecs=tuple(codecs.split(",")), rtp_port_first=0, srtp=Srtp(srtp)),
        user="farend",
    )
    legs: list[Any] = []
    async with SipEndpoint(settings) as endpoint, asyncio.TaskGroup() as group:
        tell("Listening", address=endpoint.addresses[0])
        calls = group.create_task(receive(endpoint, group, legs))
        await obey(endpoint, group, legs)
        for leg in legs:
            await leg.hang_up()
        calls.cancel()


if __name__ == "__main__":
    asyncio.run(child(*(sys.argv[1:] + ["PCMU", "optional"][len(sys.argv) - 1 :])))

"""A hotline's endpoint in a process of its own that answers whoever calls and hangs up soon: what
is thrown at it can at worst end that process. Started as a program, this file is the child."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any, Self

WAIT_S = 45.0
TALK_S = 0.3


class PatientLine:
    """The parent's side."""

    async def __aenter__(self) -> Self:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            __file__,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self.port = int((await self.state())["port"])
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        await asyncio.wait_for(self.process.wait(), WAIT_S)

    async def state(self) -> dict[str, Any]:
        """Its port, legs, calls so far, memory in kB and open files."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"?\n")
        async with asyncio.timeout(WAIT_S):
            line = await self.process.stdout.readline()
        assert line, f"the endpoint ended: {await self.process.wait()}"
        found: dict[str, Any] = json.loads(line)
        return found

    async def until_idle(self) -> dict[str, Any]:
        """Its state when no leg is left."""
        async with asyncio.timeout(WAIT_S):
            while (state := await self.state())["legs"]:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        return state


# ---------------------------------------------------------------- the child


def memory_kb() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def files_open() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def talk(leg: Any) -> None:
    """Answer whoever sends an ACK; give the others early media and a refusal: that ends sooner."""
    from voicebot.core.errors import CallError

    sends_ack = leg.info.caller == "ann"
    try:
        await (leg.answer() if sends_ack else leg.early_media())
        await leg.until_gone(TALK_S if sends_ack else 0.02)
    except CallError as error:
        sys.stderr.write(f"caller {leg.info.caller!r}: {error}\n")
    await leg.hang_up(0 if sends_ack else 486)


async def serve(endpoint: Any, group: asyncio.TaskGroup, calls: list[int]) -> None:
    async for leg in endpoint.incoming():
        calls[0] += 1
        group.create_task(talk(leg))


async def child() -> None:
    from voicebot.sip.endpoint import SipEndpoint
    from voicebot.sip.settings import Media, SipSettings, Transport

    settings = SipSettings(
        transports=(Transport(port=0, address="127.0.0.1"),),
        media=Media(rtp_port_first=0),
        source_calls_per_s=0,
    )
    reader, calls = asyncio.StreamReader(), [0]
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with SipEndpoint(settings) as endpoint, asyncio.TaskGroup() as group:
        serving = group.create_task(serve(endpoint, group, calls))
        port = int(endpoint.addresses[0].rsplit(":", 1)[1])
        while await reader.readline():
            state = {
                "port": port,
                "legs": len(endpoint.legs),
                "calls": calls[0],
                "memory_kb": memory_kb(),
                "files": files_open(),
            }
            sys.stdout.write(json.dumps(state) + "\n")
            sys.stdout.flush()
        serving.cancel()


if __name__ == "__main__":
    asyncio.run(child())

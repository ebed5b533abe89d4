"""Each event reaches a CRM, signed, through a node that is killed between deliveries."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections import Counter
from pathlib import Path

from aiohttp import web
from webhook_node import SECRET

from voicebot.web.webhook import signature

NODE = Path(__file__).with_name("webhook_node.py")
CALLS = 8
KILLED_AT = (4, 15)
"""The node is killed as it delivers these notices, before it hears that they arrived."""


class Crm:
    """A customer system that takes webhooks, by the specification: what it has seen it drops."""

    def __init__(self) -> None:
        self.events: dict[str, dict[str, object]] = {}
        self.seen: Counter[str] = Counter()
        self.forged = 0
        self.node: asyncio.subprocess.Process | None = None
        self.node_is_dead = False
        self.arrived = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        body, header = await request.read(), request.headers
        name, stamp = header["webhook-id"], int(header["webhook-timestamp"])
        if header["webhook-signature"] != signature(SECRET, name, stamp, body):
            self.forged += 1
            return web.Response(status=401)
        if self.node_is_dead:
            return web.Response(status=503)  # What it had sent by then is lost with it.
        self.seen[name] += 1
        self.events.setdefault(name, json.loads(body))
        if self.seen.total() in KILLED_AT and self.node is not None:
            self.node.send_signal(signal.SIGKILL)
            self.node_is_dead = True
        if len(self.events) == 3 * CALLS:
            self.arrived.set()
        return web.Response(status=204)


async def keep_running(crm: Crm, folder: Path, url: str) -> int:
    """Start the node again whenever it was killed, until all has arrived; how often it was."""
    starts = 0
    while not crm.arrived.is_set():
        starts += 1
        words = (str(NODE), str(folder), url, str(CALLS))
        crm.node = await asyncio.create_subprocess_exec(sys.executable, *words)
        crm.node_is_dead = False
        ended = asyncio.create_task(crm.node.wait())
        arrived = asyncio.create_task(crm.arrived.wait())
        await asyncio.wait({ended, arrived}, return_when=asyncio.FIRST_COMPLETED)
        arrived.cancel()
        if crm.node.returncode is None:
            crm.node.kill()
        await ended
    return starts


async def test_every_event_arrives_signed_once_by_its_id(tmp_path: Path) -> None:
    crm = Crm()
    app = web.Application()
    app.router.add_post("/hook", crm.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        async with asyncio.timeout(60):
            starts = await keep_running(crm, tmp_path, url)
    finally:
        await runner.cleanup()
    assert starts == 1 + len(KILLED_AT)
    assert crm.forged == 0
    told = Counter((event["type"], event["data"]["call"]) for event in crm.events.values())
    kinds = ("call.started", "call.queued", "call.ended")
    assert told == {(kind, f"call-{n}"): 1 for kind in kinds for n in range(CALLS)}
    assert crm.seen.total() > len(crm.events), "what was under way at a kill comes twice"

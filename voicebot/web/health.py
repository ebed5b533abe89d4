"""How the node is doing, for machines that ask.

GET /healthz    alive: 503 says that only a restart would help
GET /readyz     a call would be served now: 503 names what is missing, 200 what is short
GET /metrics    Prometheus's text format
"""

from __future__ import annotations

from importlib import metadata

from aiohttp import web

from voicebot.web.ports import Monitor

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def add(app: web.Application, monitor: Monitor) -> None:
    """Add the three to an application."""
    asked = _Asked(monitor)
    app.router.add_get("/healthz", asked.health)
    app.router.add_get("/readyz", asked.ready)
    app.router.add_get("/metrics", asked.metrics)


class _Asked:
    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._version = _version()

    async def health(self, _request: web.Request) -> web.Response:
        now = await self._monitor.status()
        problems = [check.reason for check in now.alive if not check.ok]
        word = "failed" if problems else "draining" if now.draining else "ok"
        body = {
            "status": word,
            "version": self._version,
            "calls": now.calls_running,
            "draining": now.draining,
            "journal": {"status": now.journal, "lag_ms": now.journal_lag_ms},
            "problems": problems,
        }
        return web.json_response(body, status=503 if problems else 200)

    async def ready(self, _request: web.Request) -> web.Response:
        now = await self._monitor.status()
        ready = all(check.ok for check in now.ready)
        body = {
            "ready": ready,
            "reasons": [check.reason for check in now.ready if not check.ok],
            "degraded": [check.reason for check in now.ready if check.ok and check.reason],
            "checks": {check.name: {"ok": check.ok, "note": check.reason} for check in now.ready},
        }
        return web.json_response(body, status=200 if ready else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        text = await self._monitor.metrics()
        return web.Response(body=text, headers={"Content-Type": METRICS_TYPE})


def _version() -> str:
    try:
        return metadata.version("voicebot")
    except metadata.PackageNotFoundError:
        return "not installed"

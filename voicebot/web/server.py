"""Applications on a port."""

from __future__ import annotations

import errno
from dataclasses import dataclass

from aiohttp import web

from voicebot.core.errors import ConfigError, Problem

STOP_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class WebServer:
    """A server that runs."""

    host: str
    port: int
    """As bound, also where any free one was asked for."""
    _runner: web.AppRunner

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    async def stop(self) -> None:
        """End every request and let go of the port."""
        await self._runner.cleanup()


async def start_server(
    app: web.Application, host: str, port: int, *, name: str = "console"
) -> WebServer:
    """Serve `app`; returns once it is reachable. Raises `ConfigError` where the address cannot be
    had; `name` is the table of hotline.toml that sets it."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_TIMEOUT_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, reuse_address=True).start()
    except OSError as error:
        await runner.cleanup()
        raise _unavailable(name, host, port, error) from None
    return WebServer(host, int(runner.addresses[0][1]), runner)


def _unavailable(name: str, host: str, port: int, error: OSError) -> ConfigError:
    if error.errno == errno.EADDRINUSE:
        problem = Problem(
            f"[{name}] port",
            0,
            0,
            "port-in-use",
            f"port {port} on {host} is taken by another program",
            "stop it, or set another port",
        )
    else:
        message = f"cannot listen on {host} port {port}: {error.strerror or 'unknown address'}"
        hint = "name an address of this machine; ports below 1024 need privileges"
        problem = Problem(f"[{name}] port", 0, 0, "address", message, hint)
    return ConfigError([problem])

"""A caller by SIPp: what it does is an XML scenario, which must go to its end."""

from __future__ import annotations

import asyncio
import secrets
import subprocess

from hotline import ROOT, Hotline, free_port

SCENARIOS = ROOT / "tests" / "fixtures" / "sipp"


async def call_by_sipp(line: Hotline, scenario: str, flow: str, **keys: str) -> str:
    """Run one call to its end; the caller's name. Fails where the hotline did otherwise."""
    name = f"sipp{secrets.token_hex(4)}"
    words = ["sipp", f"127.0.0.1:{line.sip_port}", "-sf", str(SCENARIOS / f"{scenario}.xml")]
    words += ["-i", "127.0.0.1", "-p", str(free_port()), "-mp", str(free_port()), "-s", flow]
    words += ["-m", "1", "-nostdin", "-timeout", "40s", "-timeout_error"]
    for key, value in {"caller": name, **keys}.items():
        words += ["-key", key, value]
    done = await asyncio.to_thread(
        subprocess.run, words, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{scenario}: {done.stdout[-1500:]}{done.stderr[-1500:]}"
    return name

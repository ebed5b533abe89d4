"""A caller by baresip, without a sound card: plays a file and hears into nothing."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hotline import Hotline, quiet_port

MODULES = next(
    (path for path in (Path("/usr/lib/baresip/modules"),) if path.is_dir()),
    Path("/usr/lib") / "x86_64-linux-gnu" / "baresip" / "modules",
)

_CONFIG = """
module_path {modules}
sip_listen 127.0.0.1:{port}
audio_source aufile,{sound}
audio_player aufile,{heard}
audio_alert aufile,{heard}
audio_srate {rate}
rtp_ports 10000-19999
module stdio.so
module g711.so
module g722.so
module opus.so
module aufile.so
module srtp.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
"""


@dataclass(frozen=True)
class Codec:
    """One codec as baresip names it."""

    name: str
    """`NAME/rate/channels`."""
    rate: int
    """Of the sound that baresip gives it, in Hz."""
    channels: int = 1


def missing() -> str:
    """Why there can be no such caller; empty where there can."""
    if not shutil.which("baresip") or not MODULES.is_dir():
        return "baresip is not installed: script/setup --test"
    return ""


def baresip_call(
    line: Hotline, flow: str, folder: Path, sound: Path, codec: Codec, *, seconds: int
) -> str:
    """Call with one codec, encrypted, for at most `seconds`; the caller's name. `sound` is a WAV
    file at the codec's rate."""
    name = f"bare{secrets.token_hex(4)}"
    folder.mkdir()
    (folder / "config").write_text(
        _CONFIG.format(
            modules=MODULES,
            port=quiet_port(),
            sound=sound,
            heard=folder / "heard.wav",
            rate=codec.rate,
        )
    )
    account = f"<sip:{name}@127.0.0.1>;regint=0;mediaenc=srtp-mand;audio_codecs={codec.name}\n"
    (folder / "accounts").write_text(account)
    (folder / "contacts").write_text("")
    words = ["baresip", "-f", str(folder), "-t", str(seconds), "-e", f"/dial {line.uri(flow)}"]
    with (folder / "log").open("w") as log:
        subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            timeout=seconds + 20,
            check=False,
        )
    return name

"""A certificate for TLS when the operator has none."""

from __future__ import annotations

import subprocess
from pathlib import Path

from voicebot.core.errors import VoicebotError

_DAYS = 365


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Make a self-signed certificate for `name` in `folder`; returns certificate and key.

    It keeps listeners on the wire out, not an impostor: phones must be told not to verify it.
    """
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = [
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
        *("-nodes", "-days", str(_DAYS), "-subj", f"/CN={name}"),
        *("-keyout", str(key), "-out", str(certificate)),
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)
    except FileNotFoundError:
        raise VoicebotError("TLS needs a certificate; there is no openssl to make one") from None
    except subprocess.SubprocessError as error:
        raise VoicebotError(f"openssl could not make a certificate: {error}") from error
    key.chmod(0o600)
    return certificate, key

"""Secrets as the configuration gives them: as they are, or in a file of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from voicebot.config.toml_file import TomlFile

_FILE = "file:"


def read_secrets(secrets: Mapping[str, str], file: TomlFile | None = None) -> dict[str, str]:
    """Every secret by its name; those that cannot be read are left out, and noted in `file`."""
    found: dict[str, str] = {}
    for name, text in secrets.items():
        try:
            found[name] = _read(text)
        except (OSError, UnicodeDecodeError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or "it is no text"
            if file is not None:
                hint = "name a file that this user may read"
                file.note("bad-secret", f"secrets.{name}: {reason}", ("secrets", name), hint)
    return found


def _read(text: str) -> str:
    if not text.startswith(_FILE):
        return text
    return Path(text.removeprefix(_FILE)).read_text("utf-8").strip()

"""What a file holds, before it is a flow."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from voicebot.flow.document import Document

_ENV = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


def content_hash(data: Any) -> str:
    """SHA-256 of the content; comments, quoting and layout do not count, order does."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def filled(value: Any, env: Mapping[str, str], document: Document, path: Any) -> Any:
    if isinstance(value, dict):
        return {k: filled(v, env, document, (*path, k)) for k, v in value.items()}
    if isinstance(value, list):
        return [filled(v, env, document, (*path, i)) for i, v in enumerate(value)]
    if not isinstance(value, str):
        return value

    def known(found: re.Match[str]) -> str:
        text = env.get(found[1], found[2])
        if text is None:
            hint = f"set it, or write ${{env:{found[1]}:-DEFAULT}}"
            document.add(path, "missing-env", f"{found[1]} is not set in the environment", hint)
        return text or ""

    return _ENV.sub(known, value)

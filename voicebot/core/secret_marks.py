"""Secrets of the configuration, by name, in what is sent to back ends: `{secret:bank_token}`.

A flow names a secret and never sees it: whoever sends a header puts it in at the last moment. In
between a mark of two private characters stands for it, which no value of a call can contain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from voicebot.core.errors import EngineError

_WRITTEN = re.compile(r"\{secret:([^{}]*)\}")
_MARK = re.compile("\ue000([^\ue001]*)\ue001")


def secret_names(text: str) -> list[str]:
    """The secrets that a text of a flow names."""
    return _WRITTEN.findall(text)


def with_marks(text: str) -> str:
    """A text of a flow with marks in place of `{secret:name}`."""
    return _WRITTEN.sub("\ue000\\1\ue001", text)


def with_secrets(text: str, secrets: Mapping[str, str]) -> str:
    """The text with its secrets in place of the marks. Raises `EngineError` for one that is not
    configured."""

    def known(found: re.Match[str]) -> str:
        if found[1] not in secrets:
            raise EngineError(f"there is no secret {found[1]}")
        return secrets[found[1]]

    return _MARK.sub(known, text)

"""Every code that the check of a flow has: what it means, an example, the remedy.

The reference (`docs/flow-language.md`) is written from this table, and a test holds each example to
its code, line and column: a `▸` stands before the place that the problem names.
"""

from __future__ import annotations

from voicebot.flow.codes.beside import BESIDE
from voicebot.flow.codes.code import MARK, Code
from voicebot.flow.codes.files import FILES
from voicebot.flow.codes.secrets import SECRETS
from voicebot.flow.codes.ways import WAYS
from voicebot.flow.codes.words import WORDS

__all__ = ["CODES", "MARK", "Code"]

CODES: dict[str, Code] = {**FILES, **WORDS, **SECRETS, **WAYS, **BESIDE}

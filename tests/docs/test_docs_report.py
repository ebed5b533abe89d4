"""docs/qa.md against `voicebot report`: every number explained, none that there is not."""

from __future__ import annotations

import dataclasses
import re

from documents import rows, section, text_of

from voicebot.queueing.figures.numbers import CallNumbers, QueueNumbers

PAGE = section(text_of("docs/qa.md"), "Reports")


def test_every_number_is_explained() -> None:
    numbers = {f.name for cls in (CallNumbers, QueueNumbers) for f in dataclasses.fields(cls)}
    table = rows(PAGE)
    named = {name for row in table for cell in row for name in re.findall(r"`(\w+)`", cell)}
    assert {row[0].strip("`") for row in table} <= numbers
    assert numbers - named == {"calls", "contained"}

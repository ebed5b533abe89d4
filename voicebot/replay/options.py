"""How calls are to be replayed: against which flows, engines, settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from voicebot.replay.caller import Timing
from voicebot.replay.voice import Prompts

JOURNAL, LIVE = "journal", "live"
"""Who answers the requests of http nodes."""


class From(StrEnum):
    """Where the replay begins."""

    SOUND = "sound"
    """With what was heard and keyed."""
    DIALOGUE = "dialogue"
    """With what was recognized: no sound at all."""


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """Plain values, so that they can go to other processes."""

    config: Path = Path("sip_config")
    flows: Path = Path("ivr_flows")
    data: Path = Path("data")
    draft: bool = False
    """The folder's flows, whatever was published."""
    flow: str = ""
    """Another flow than that of the call; for foreign recordings, which one."""
    flow_version: str = ""
    """`then`, or how a version begins; empty: what serves today."""
    begin: From = From.SOUND
    timing: Timing = Timing.RELATIVE
    prompts: Prompts = Prompts.THEN
    backend: str = JOURNAL
    """Or `LIVE`."""
    texts: int = 20_000
    """Whose meanings are remembered, each at its node; 0: each is understood anew. What comes of it
    is the same."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Settings by name, over those of the configuration: `vad.mode`, `timing.no_input_ms`."""

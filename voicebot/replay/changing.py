"""Settings by name, over those of the configuration: `--set vad.mode=2`.

vad.*            recognition.*      understanding.*     speech.*      as in hotline.toml
timing.*         what nodes inherit that do not say otherwise, in ms
flow.*           accept, confirm and the guards of flows
endpointing.*    barge_in.*         when speech begins and pauses, when a prompt gives way
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from voicebot.asr.settings import AsrSettings
from voicebot.config.settings import HotlineFile
from voicebot.core.errors import ConfigError, Problem
from voicebot.core.turn import Timing
from voicebot.flow.properties import FlowSettings
from voicebot.nlu.settings import NluSettings
from voicebot.tts.settings import TtsSettings
from voicebot.turns.settings import BargeInSettings, EndpointSettings
from voicebot.vad.settings import VadSettings


@dataclass(frozen=True, slots=True)
class Tuned:
    """All that can be set."""

    vad: VadSettings = field(default_factory=VadSettings)
    recognition: AsrSettings = field(default_factory=AsrSettings)
    understanding: NluSettings = field(default_factory=NluSettings)
    speech: TtsSettings = field(default_factory=TtsSettings)
    timing: Timing = field(default_factory=Timing)
    flow: FlowSettings = field(default_factory=FlowSettings)
    endpointing: EndpointSettings = field(default_factory=EndpointSettings)
    barge_in: BargeInSettings = field(default_factory=BargeInSettings)

    @property
    def flow_settings(self) -> FlowSettings:
        """What every flow inherits."""
        return replace(self.flow, timing=self.timing)


def tuned(hotline: HotlineFile, values: Mapping[str, Any]) -> Tuned:
    """The configuration's settings with `values` over them. Raises `ConfigError` with every name
    and value that is wrong."""
    found = Tuned(hotline.vad, hotline.recognition, hotline.understanding, hotline.speech)
    problems: list[Problem] = []
    for name, value in values.items():
        try:
            found = _with(found, name, value)
        except _Wrong as error:
            problems.append(Problem("--set", 0, 0, "bad-setting", str(error), error.hint))
    if problems:
        raise ConfigError(problems)
    return found


def parse_value(text: str) -> Any:
    """A number, `true`, `false`, or a text."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


class _Wrong(Exception):
    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def _with(found: Tuned, name: str, value: Any) -> Tuned:
    room, _, rest = name.partition(".")
    key, _, entry = rest.partition(".")
    rooms = [one.name for one in fields(Tuned)]
    if room not in rooms or not key:
        raise _Wrong(f"there is no setting {name}", _nearest(room, rooms))
    settings = getattr(found, room)
    known = {one.name: getattr(settings, one.name) for one in fields(settings)}
    if key not in known:
        raise _Wrong(f"there is no setting {name}", _nearest(key, list(known)))
    return replace(
        found, **{room: replace(settings, **{key: _like(known[key], entry, value, name)})}
    )


def _like(known: Any, entry: str, value: Any, name: str) -> Any:
    """The value as the setting wants it."""
    if isinstance(known, Mapping):
        if not entry:
            raise _Wrong(f"{name} holds several", f"name one: {name}.en={value}")
        one = Path(str(value)) if name.startswith(("recognition.vosk", "understanding.")) else value
        return {**known, entry: one}
    if isinstance(known, bool):
        if not isinstance(value, bool):
            raise _Wrong(f"{name} cannot be {value}", "write true or false")
        return value
    if isinstance(known, int | float):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _Wrong(f"{name} cannot be {value}", "write a number")
        return int(value) if isinstance(known, int) and value == int(value) else value
    return Path(str(value)) if isinstance(known, Path) else value


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"

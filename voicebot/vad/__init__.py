"""Voice activity detection: `build` makes the detector that calls use."""

from voicebot.vad.gate import CallVad, build
from voicebot.vad.settings import VadSettings
from voicebot.vad.silero import missing_reason

__all__ = ["CallVad", "VadSettings", "build", "missing_reason"]

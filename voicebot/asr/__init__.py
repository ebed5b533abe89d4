"""Speech recognition: grammars from what a node expects, engines in worker processes."""

from voicebot.asr.recognizer import PooledRecognizer, build, missing_reason
from voicebot.asr.settings import AsrSettings

__all__ = ["AsrSettings", "PooledRecognizer", "build", "missing_reason"]

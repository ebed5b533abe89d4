"""Another voice than the bot's: what `voicebot call --say` speaks with.

English by flite, whose voice `rms` is recognized well over G.711; where it is not installed, and
for other languages, by espeak-ng with a voice that is not the bot's.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from voicebot.audio.wav import read_wav
from voicebot.core.audio import WIDEBAND, Pcm
from voicebot.core.errors import EngineError
from voicebot.core.prompt import Prompt
from voicebot.prompts.catalogue import Catalogue
from voicebot.tts.settings import TtsSettings
from voicebot.tts.voice import build

FLITE_VOICE = "rms"
TIME_OUT_S = 20.0
LEAD_MS = 100
"""Silence around the words: a mouth opens before it speaks."""


async def caller_voice(text: str, language: str = "en") -> Pcm:
    """`text` spoken, at 16 kHz. Raises `EngineError`."""
    flite = shutil.which("flite") if language == "en" else None
    spoken = await _by_flite(flite, text) if flite else await _by_espeak(text, language)
    lead = Pcm.silence(LEAD_MS, spoken.rate)
    return Pcm.join([lead, spoken, lead], spoken.rate)


async def _by_flite(flite: str, text: str) -> Pcm:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "said.wav"
        process = await asyncio.create_subprocess_exec(
            flite, "-voice", FLITE_VOICE, "-t", text, "-o", str(out)
        )
        try:
            async with asyncio.timeout(TIME_OUT_S):
                code = await process.wait()
        except TimeoutError:
            process.kill()
            raise EngineError("flite takes too long") from None
        if code or not out.exists():
            raise EngineError(f"flite failed with exit code {code}")
        return read_wav(out).mono()


async def _by_espeak(text: str, language: str) -> Pcm:
    settings = TtsSettings(voices={"en": "en-us+f3", "zh": "cmn+f3"}, workers=1)
    voice = build(settings, Catalogue())
    await voice.start()
    try:
        parts = [pcm async for pcm in voice.speak(Prompt((text,), language), WIDEBAND)]
    finally:
        await voice.close()
    return Pcm.join(parts, WIDEBAND)

"""Prompts as sound without keys, for `bench.dtmf`."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
from pathlib import Path

from voicebot.audio.wav import read_wav
from voicebot.core.audio import WIDEBAND, Pcm
from voicebot.core.prompt import Prompt
from voicebot.prompts.catalogue import Catalogue
from voicebot.tts.settings import TtsSettings
from voicebot.tts.voice import build

ENGLISH = (
    "Welcome to the bank. You can say balance, lost card, or pay a bill.",
    "To speak with a person at any time, say agent, or press zero. How may I help you?",
    "I am sorry, I did not get that. Please say the name of the person whom you want to pay.",
    "Your account balance is four thousand three hundred and twelve dollars and sixty cents.",
    "All our agents are busy. You are number three in the queue. Thank you for your patience.",
    "Please key in the eight digits of your customer number, followed by the pound key.",
    "Your appointment is on Wednesday, the nineteenth of August, at half past two.",
    "You will now be connected. This call may be recorded for the training of our staff.",
    "Ooh, who knew you would choose blue shoes too? We may weigh you anyway, ma'am.",
    "One, two, three, four, five, six, seven, eight, nine, zero, star, pound.",
)
CHINESE = (
    "欢迎致电银行。查询余额请按一,挂失银行卡请按二,缴费请按三。",
    "人工服务请按零。请问您要办理什么业务?",
    "对不起,我没有听懂,请再说一遍。",
    "您的账户余额是四千三百一十二元六角。",
)
ESPEAK_VOICES = ("en-us", "en-us+f3", "en-us+m3", "en-us+f4")
FLITE_VOICES = ("kal", "rms", "awb", "slt")


def prompts(engine: str) -> list[Pcm]:
    """Every prompt by several voices of `espeak` or `flite`; none where it is not installed."""
    return asyncio.run(_by_espeak()) if engine == "espeak" else _by_flite()


async def _by_espeak() -> list[Pcm]:
    spoken = []
    for voice in ESPEAK_VOICES:
        settings = TtsSettings(voices={"en": voice, "zh": "cmn"}, workers=1)
        texts = [(text, "en") for text in ENGLISH]
        texts += [(text, "zh") for text in CHINESE] if voice == ESPEAK_VOICES[0] else []
        speaker = build(settings, Catalogue())
        await speaker.start()
        try:
            for text, language in texts:
                said = speaker.speak(Prompt((text,), language), WIDEBAND)
                spoken.append(Pcm.join([pcm async for pcm in said], WIDEBAND))
        finally:
            await speaker.close()
    return spoken


def _by_flite() -> list[Pcm]:
    flite = shutil.which("flite")
    if flite is None:
        return []
    spoken = []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "said.wav"
        for voice in FLITE_VOICES:
            for text in ENGLISH:
                command = [flite, "-voice", voice, "-t", text, "-o", str(out)]
                subprocess.run(command, check=True, timeout=60)
                spoken.append(read_wav(out).mono())
    return spoken

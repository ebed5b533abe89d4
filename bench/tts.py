"""How fast the voice speaks: first audio, whole prompt, and from the caches.

    python -m bench.tts [--runs 20] [--calls 20]

One row a prompt: milliseconds to the first audio and to all of it (median and 95th percentile),
real-time factor (time to all / duration of the sound), and the median from memory and from
disk. Then the start-up time, and `--calls` callers who all want another sentence at once.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from voicebot.core.prompt import Prompt
from voicebot.prompts.catalogue import Catalogue
from voicebot.tts.settings import TtsSettings
from voicebot.tts.voice import PromptVoice, build

RATE = 8_000
TEXTS = {
    "en short": ("en", "Thank you, {}."),
    "en menu": (
        "en",
        "Welcome to the bank, caller {}. You can say balance, lost card, or pay a bill. "
        "To speak with a person at any time, say agent, or press zero. How may I help you?",
    ),
    "zh short": ("zh", "谢谢您，{}。"),
    "zh menu": (
        "zh",
        "欢迎致电银行，您是第{}位。查询余额请按一，挂失银行卡请按二，缴费请按三。"
        "人工服务请按零。请问您要办理什么业务？",
    ),
}
_numbers = itertools.count(100)


@dataclass(frozen=True, slots=True)
class Timing:
    """One prompt spoken."""

    first_ms: float
    all_ms: float
    sound_ms: float


async def measure(voice: PromptVoice, prompt: Prompt) -> Timing:
    """Speak a prompt and take the times."""
    begin, first, sound_ms = time.perf_counter(), 0.0, 0.0
    async for pcm in voice.speak(prompt, RATE):
        first = first or time.perf_counter()
        sound_ms += pcm.duration_ms
    return Timing((first - begin) * 1000, (time.perf_counter() - begin) * 1000, sound_ms)


def fresh(name: str) -> Prompt:
    """A prompt with a text that no cache has."""
    language, text = TEXTS[name]
    return Prompt((text.format(next(_numbers)),), language)


def p95(values: Sequence[float]) -> float:
    """95th percentile."""
    return sorted(values)[min(len(values) - 1, round(0.95 * len(values)))]


async def row(settings: TtsSettings, voice: PromptVoice, name: str, runs: int) -> str:
    """One line of the table."""
    prompts = [fresh(name) for _ in range(runs)]
    made = [await measure(voice, prompt) for prompt in prompts]
    memory = [await measure(voice, prompt) for prompt in prompts]
    cold = build(settings, Catalogue())
    await cold.start()
    disk = [await measure(cold, prompt) for prompt in prompts]
    await cold.close()
    firsts, alls = [t.first_ms for t in made], [t.all_ms for t in made]
    rtf = statistics.median(t.all_ms / t.sound_ms for t in made)
    return (
        f"{name:<10}{statistics.median(t.sound_ms for t in made):>9.0f}"
        f"{statistics.median(firsts):>9.1f}{p95(firsts):>8.1f}"
        f"{statistics.median(alls):>9.1f}{p95(alls):>8.1f}{rtf:>9.4f}"
        f"{statistics.median(t.first_ms for t in memory):>9.2f}"
        f"{statistics.median(t.first_ms for t in disk):>9.2f}"
    )


async def bench(runs: int, calls: int) -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(TtsSettings(), cache_folder=Path(folder))
        voice = build(settings, Catalogue())
        begin = time.perf_counter()
        await voice.start()
        print(f"start with {settings.workers} workers: {time.perf_counter() - begin:.2f} s")
        print(
            "all times in ms     sound    first     p95      all     p95      RTF   memory     disk"
        )
        for name in TEXTS:
            print(await row(settings, voice, name, runs))
        many = await asyncio.gather(*(measure(voice, fresh("en menu")) for _ in range(calls)))
        firsts = [timing.first_ms for timing in many]
        print(f"{calls} callers at once: first audio {statistics.median(firsts):.0f} ms median, "
              f"{max(firsts):.0f} ms at most")  # fmt: skip
        await voice.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=20, help="prompts a row (20)")
    parser.add_argument("--calls", type=int, default=20, help="callers at once (20)")
    args = parser.parse_args()
    asyncio.run(bench(args.runs, args.calls))

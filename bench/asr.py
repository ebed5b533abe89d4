"""Recognition on human speech through the telephone, by the hearing that serves calls.

    python -m bench.asr [--data FOLDER] [--music FOLDER] [--prompts FOLDER] [--task WORD]
                        [--wideband] [--json]

Each clip goes through a 250-3400 Hz band, G.711 and back (unless --wideband), is fed in frames,
asked for a partial reading at its end and, after 400 ms more of line noise, for the final one.
right       % of clips whose words (of orders: every slot and no other) are right, before rejection
slots       % of slots right
kept, sure  % of the right ones that are not rejected; that are accepted without confirming
wrong kept  % of all clips that are wrong and not rejected: confirmed, and for unexpected speech
            false accepts; "wrong sure": accepted without confirming
ms          from the pause to the partial reading; "final": of the final one after more silence
RTF         wall time of reading over sound, one worker
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.asr_tasks import Clip, Task, extracted, tasks
from voicebot.asr import AsrSettings, PooledRecognizer
from voicebot.asr.confidence import ACCEPTED, CONFIRMED, score
from voicebot.asr.files import load_sound
from voicebot.asr.pocketsphinx_hearing import PocketSphinxHearing
from voicebot.core.audio import Pcm

ROOT = Path(__file__).resolve().parent.parent
SILENCE_MS = 400


@dataclass(frozen=True, slots=True)
class Result:
    """One clip."""

    right: bool
    """Before rejection."""
    slots_right: int
    slots: int
    confidence: float
    """After rejection: 0 where it was rejected."""
    score: float
    """Before the thresholds; see `voicebot/asr/confidence.py`."""
    partial_ms: float
    final_ms: float
    sound_ms: float


async def main() -> None:
    """Run the chosen tasks one after the other."""
    args = _arguments()
    recognizer = PooledRecognizer(AsrSettings(workers=1, deadline_ms=20_000), {})
    await recognizer.start()
    rows: dict[str, dict[str, object]] = {}
    try:
        for task in tasks(args.data, args.music, args.prompts):
            if args.task not in task.name:
                continue
            results = [
                await _clip(recognizer, task, clip, as_telephone=not args.wideband)
                for clip in task.clips
            ]
            rows[task.name] = _figures(task, results)
            if args.json:
                clips = [dataclasses.asdict(result) for result in results]
                print(json.dumps({"task": task.name, **rows[task.name], "clips": clips}))
    finally:
        await recognizer.close()
    if not args.json:
        _print(rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shared = Path(os.environ.get("VOICEBOT_SHARED", ROOT.parent / "shared"))
    parser.add_argument("--data", type=Path, default=shared / "data" / "speech")
    parser.add_argument("--music", type=Path, help="folder of music that should be rejected")
    parser.add_argument("--prompts", type=Path, help="folder of prompts that should be rejected")
    parser.add_argument("--task", default="", help="only tasks with this in their name")
    parser.add_argument("--wideband", action="store_true", help="16 kHz as it is, no telephone")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if not args.data.is_dir():
        parser.error(f"no speech in {args.data}: give --data FOLDER")
    return args


async def _clip(
    recognizer: PooledRecognizer, task: Task, clip: Clip, *, as_telephone: bool
) -> Result:
    pcm = clip.sound
    if isinstance(pcm, Path):
        pcm = load_sound(pcm, as_telephone=as_telephone)
    hearing = recognizer.hear(task.expectation)
    assert isinstance(hearing, PocketSphinxHearing)
    hearing.feed(pcm)
    began = time.perf_counter()
    await hearing.partial()
    asked = time.perf_counter()
    hearing.feed(_line(pcm.rate))
    paused = time.perf_counter()
    transcript = await hearing.finish()
    ended = time.perf_counter()
    evidence = hearing.evidence
    right, slots = _compared(task, clip, evidence.get("text", ""))
    return Result(
        right,
        slots,
        len(clip.truth),
        transcript.confidence,
        score(evidence) if evidence.get("text") else -1e9,
        (asked - began) * 1000,
        (ended - paused) * 1000,
        pcm.duration_ms,
    )


def _compared(task: Task, clip: Clip, text: str) -> tuple[bool, int]:
    """All of it right, and how many slots are."""
    if "text" in clip.truth:
        right = _same(text) == _same(clip.truth["text"])
        return right, int(right)
    found = extracted(text, task.expectation)
    hits = sum(found.get(slot) == value for slot, value in clip.truth.items())
    return bool(clip.truth) and found == clip.truth, hits


def _same(text: str) -> str:
    """`oh` and `zero` mean the same, and so do all forms of a yes and a no."""
    words = ["zero" if word == "oh" else word for word in text.split()]
    short = {"yeah": "yes", "yep": "yes", "yup": "yes", "nope": "no", "nah": "no"}
    return " ".join(short.get(word, word) for word in words)


def _line(rate: int) -> Pcm:
    noise = np.random.default_rng(0).normal(0, 4, SILENCE_MS * rate // 1000)
    return Pcm(np.round(noise).astype(np.int16), rate)


def _figures(task: Task, results: list[Result]) -> dict[str, object]:
    """One row of the table."""
    expected = any(clip.truth for clip in task.clips)
    right = [result for result in results if result.right]
    kept = [result for result in results if result.confidence >= CONFIRMED]
    sure = [result for result in results if result.confidence >= ACCEPTED]
    slots = sum(result.slots for result in results)
    partial = [result.partial_ms for result in results]
    return {
        "clips": len(results),
        "right": _percent(len(right), len(results)) if expected else "",
        "slots": _percent(sum(r.slots_right for r in results), slots) if expected else "",
        "kept": _percent(sum(r in kept for r in right), len(right)) if right else "",
        "sure": _percent(sum(r in sure for r in right), len(right)) if right else "",
        "wrong kept": _percent(sum(not r.right for r in kept), len(results)),
        "wrong sure": _percent(sum(not r.right for r in sure), len(results)),
        "ms p50": round(float(np.percentile(partial, 50))),
        "ms p95": round(float(np.percentile(partial, 95))),
        "final ms p95": round(float(np.percentile([r.final_ms for r in results], 95)), 1),
        "RTF": round(sum(partial) / sum(r.sound_ms for r in results), 3),
        "anchor": task.anchor,
    }


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else ""


def _print(rows: dict[str, dict[str, object]]) -> None:
    table = Table("task", *next(iter(rows.values()), {}), box=None)
    for name, row in rows.items():
        table.add_row(name, *(str(value) for value in row.values()))
    Console(width=150).print(table)


if __name__ == "__main__":
    asyncio.run(main())

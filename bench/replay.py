"""How fast calls are replayed: from their sound by PocketSphinx, and from their words.

    python -m bench.replay [--data FOLDER] [--calls N] [--dialogues N] [--jobs N]

Without --data, calls are made first: the sample bank is called in virtual time by a caller of
flite's voice (of espeak-ng's, where flite is not installed). Each call is copied under other ids
up to the wanted number.

sound    seconds of call by seconds of CPU on one core, all processes' start included and not
words    calls a second over all cores, from reading the journal in SQLite to the compared result,
         by wall time and by CPU time; with what texts meant remembered, as `voicebot replay` does
         it, and with each text understood anew, as if no two callers said the same
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import resource
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from voicebot.audio.resample import resample
from voicebot.audio.telephone import telephone
from voicebot.audio.wav_writer import write_wav
from voicebot.core.audio import NARROWBAND, Pcm
from voicebot.core.call import CallId
from voicebot.core.record import Fact, FactKind
from voicebot.replay.bulk import Replayer, replay_all
from voicebot.replay.engines import Engines
from voicebot.replay.options import From, ReplayOptions
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.result import Status
from voicebot.replay.run import Replayed, replay_sound
from voicebot.replay.sources import CallSource
from voicebot.store.opening import open_calls, open_store
from voicebot.store.query import CallFilter
from voicebot.tts.caller_voice import caller_voice

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = (
    ((11_000, "I lost my card"), (22_000, "four three two one"), (36_000, "no thank you")),
    ((11_000, "my balance"), (18_000, "one zero zero two zero zero"), (30_000, "yes")),
    ((4_000, "operator"),),
    ((11_000, "what are your opening hours"), (17_000, "airport"), (32_000, "goodbye")),
    ((11_000, "I want to transfer money"), (18_000, "one zero zero four zero zero")),
)
"""What callers say, and when, in ms of the call."""
LENGTH_MS = 60_000
CHUNK = 40
"""Journals that are read together, as `voicebot replay` reads them."""


def main() -> None:
    """Make calls where none are given, and replay them."""
    args = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        data = args.data or Path(folder) / "data"
        if args.data is None:
            _make(data)
        many = Path(folder) / "many"
        _copy(data, many, args.dialogues)
        table = Table("what", "calls", "seconds of call", "wall s", "CPU s", "result")
        _sound(table, data, args.calls, args.jobs)
        _words(table, many, args.jobs)
        Console().print(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="a hotline's data folder with recorded calls")
    parser.add_argument("--calls", type=int, default=10, help="from sound (10)")
    parser.add_argument("--dialogues", type=int, default=2_000, help="from words (2000)")
    parser.add_argument("--jobs", type=int, default=0, help="processes (one a core)")
    return parser.parse_args()


# ---------------------------------------------------------------- calls


def _make(data: Path) -> None:
    """Calls of the sample bank, as a hotline would keep them."""
    options = ReplayOptions(ROOT / "sip_config", ROOT / "ivr_flows", data, draft=True)
    engines = Engines(options)
    flow = engines.shelf.today().flows.get("bank_en")
    store = open_store(f"sqlite:///{_made(data) / 'voicebot.db'}")
    for number, script in enumerate(SCRIPTS):
        call = RecordedCall(f"made-{number}", heard=_caller(script))
        done = replay_sound(call, flow, engines)
        _keep(data, call.name, done, store.journal.write)
    store.journal.flush()
    store.close()
    engines.close()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _caller(script: tuple[tuple[int, str], ...]) -> Pcm:
    """The caller's channel of a call."""
    samples = Pcm.silence(LENGTH_MS, NARROWBAND).samples.copy()
    for at_ms, text in script:
        spoken = telephone(resample(asyncio.run(caller_voice(text)), NARROWBAND))
        first = at_ms * NARROWBAND // 1000
        samples[first : first + len(spoken)] = spoken.samples
    return Pcm(samples, NARROWBAND)


def _keep(data: Path, name: str, done: Replayed, write: object) -> None:
    assert callable(write)
    assert done.heard is not None
    assert done.played is not None
    file = f"recordings/{name}.wav"
    _made(data / "recordings")
    write_wav(data / file, done.heard, done.played)
    for fact in done.facts:
        if fact.kind is FactKind.RECORDING and "file" in fact.data and not fact.data["paused"]:
            fact = replace(fact, data={**fact.data, "file": file if not fact.at_ms else ""})
        write(fact)


def _copy(data: Path, many: Path, count: int) -> None:
    """The journals of a folder's calls, again and again under other ids."""
    calls = open_calls(f"sqlite:///{data / 'voicebot.db'}")
    journals = [calls.facts(cdr.call) for cdr in calls.every(CallFilter())]
    calls.close()
    store = open_store(f"sqlite:///{_made(many) / 'voicebot.db'}")
    for number in range(count):
        for fact in journals[number % len(journals)]:
            store.journal.write(_again(fact, number))
        if not number % 100:
            store.journal.flush(60.0)
    store.journal.flush(60.0)
    store.close()


def _again(fact: Fact, number: int) -> Fact:
    later = fact.time + timedelta(seconds=number)
    return replace(fact, call=CallId(f"{number:06}"), time=later)


# ---------------------------------------------------------------- measuring


def _sources(data: Path, count: int) -> list[CallSource]:
    calls = open_calls(f"sqlite:///{data / 'voicebot.db'}")
    found = [CallSource(c.call, c.call) for c in calls.every(CallFilter()) if c.ended]
    calls.close()
    return [found[number % len(found)] for number in range(count)]


def _sound(table: Table, data: Path, count: int, jobs: int) -> None:
    """One core, when all is loaded; then over all cores with their start."""
    options = ReplayOptions(ROOT / "sip_config", ROOT / "ivr_flows", data, draft=True)
    sources = _sources(data, count)
    replayer = Replayer([options])
    replayer.check()
    replayer.replay(sources[0])
    began, cpu = time.perf_counter(), _cpu_s()
    results = [replayer.replay(source)[0] for source in sources]
    wall_s, cpu_s = time.perf_counter() - began, _cpu_s() - cpu
    replayer.close()
    seconds = sum(one.duration_ms for one in results) / 1000
    same = sum(one.status is Status.SAME for one in results)
    speed = f"{seconds / cpu_s:.0f} x real time a core of CPU; {same} the same"
    table.add_row(
        "sound, 1 core", str(count), f"{seconds:.0f}", f"{wall_s:.1f}", f"{cpu_s:.1f}", speed
    )
    began, cpu = time.perf_counter(), _cpu_s()
    replay_all(sources, [options], jobs=jobs)
    wall_s, cpu_s = time.perf_counter() - began, _cpu_s() - cpu
    speed = f"{seconds / wall_s:.0f} x real time, start included"
    table.add_row(
        "sound, all", str(count), f"{seconds:.0f}", f"{wall_s:.1f}", f"{cpu_s:.1f}", speed
    )


def _words(table: Table, many: Path, jobs: int) -> None:
    options = ReplayOptions(
        ROOT / "sip_config", ROOT / "ivr_flows", many, draft=True, begin=From.DIALOGUE
    )
    count = len(_sources(many, 1)) and _count(many)
    sources = _sources(many, count)
    _one_core(table, "words, 1 core", options, sources)
    _one_core(table, "words, each anew", replace(options, texts=0), sources)
    began, cpu = time.perf_counter(), _cpu_s()
    replay_all(sources, [options], jobs=jobs)
    wall_s, cpu_s = time.perf_counter() - began, _cpu_s() - cpu
    cores = jobs or os.cpu_count() or 1
    speed = f"{count / wall_s:.0f} calls a second on {cores}, start included"
    table.add_row("words, all", str(count), "", f"{wall_s:.1f}", f"{cpu_s:.1f}", speed)


def _one_core(table: Table, name: str, options: ReplayOptions, sources: list[CallSource]) -> None:
    """In this process, when all is loaded."""
    replayer = Replayer([options])
    replayer.check()
    replayer.replay_chunk(sources[:CHUNK])
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    count = len(sources)
    began, cpu = time.perf_counter(), _cpu_s()
    chunks = (sources[at : at + CHUNK] for at in range(0, count, CHUNK))
    results = [one for chunk in chunks for [one] in replayer.replay_chunk(chunk)]
    wall_s, cpu_s = time.perf_counter() - began, _cpu_s() - cpu
    replayer.close()
    same = sum(one.status is Status.SAME for one in results)
    speed = f"{count / cpu_s:.0f} calls a second of CPU; {same} the same"
    table.add_row(name, str(count), "", f"{wall_s:.1f}", f"{cpu_s:.1f}", speed)


def _count(data: Path) -> int:
    calls = open_calls(f"sqlite:///{data / 'voicebot.db'}")
    count = sum(1 for _ in calls.every(CallFilter()))
    calls.close()
    return count


def _cpu_s() -> float:
    """Of this process and its children that have ended."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()

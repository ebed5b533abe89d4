"""Whatever fails under a call, the caller hears something within 3 s and has a way on: measured on
the wire, from the caller's last key or word to the bot's next audible packet."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from bad_backend import ANSWERS, bad_backend
from desk_caller import nobody_is_left
from hotline import ROOT, Hotline, hotline, quiet_port, voicebot
from listening_caller import ListeningCaller
from processes import children_of

from voicebot.audio.resample import resample
from voicebot.audio.wav import read_wav
from voicebot.core.audio import NARROWBAND, Pcm

pytestmark = pytest.mark.timeout(120)

DEAD_AIR_MS = 3_000
PATHS = ["/down", "/hangs", "/slow", *ANSWERS]
ASR, TTS = "voicebot.asr.worker_main", "voicebot.tts.worker_main"

FLOW = """
flow: {name}
language: en
start: {start}
on_error: trouble
timing: {{no_input: 20s}}
backends:
  bank: "{url}"
slots:
  more: {{type: yes_no}}
  code: {{type: digits, length: 4}}
no_input:
  - {{prompt: there, repeat: true}}
  - {{prompt: there, repeat: true}}
  - {{prompt: silent, to: bye}}
globals:
  operator: {{key: 0, label: a person, to: person}}
prompts:
  choose: "Yes?"
  code: "The code?"
  got: "You have the code {{code}}."
  told: "Your balance is {{balance}}."
  sorry: "Sorry, that does not work. Press zero for a person."
  there: "Are you there?"
  silent: "I cannot hear you."
  no_one: "Nobody is here now. Goodbye."
nodes:
  choose: {{kind: ask, slots: {{more: choose}}, to: bye}}
  code: {{kind: digits, slot: code, prompt: code, confirm: never, to: got}}
  got: {{kind: say, prompt: got, to: look}}
  look:
    kind: http
    url: {path}
    timeout: 4s
    cover: "One moment, please."
    save: {{balance: body.balance}}
    outcomes: {{ok: told}}
  told: {{kind: say, prompt: told, to: trouble}}
  compute: {{kind: set, values: {{x: "1 / 0"}}, to: bye}}
  trouble: {{kind: menu, prompt: sorry, choices: {{done: {{key: 9, label: done, to: bye}}}}}}
  person:
    kind: queue
    queue: service
    outcomes: {{served: bye, timeout: bye, full: bye, nobody: bye, left: bye}}
  bye: {{kind: hangup, prompt: no_one}}
"""


def flow(name: str, start: str, url: str = "http://127.0.0.1:1", path: str = "/") -> str:
    return FLOW.format(name=name, start=start, url=url, path=path)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline with a flow for each thing that may fail."""
    with bad_backend() as url:
        flows = {"ask": flow("ask", "choose"), "code": flow("code", "code")}
        flows["compute"] = flow("compute", "compute")
        flows["silence"] = flow("silence", "choose").replace("no_input: 20s", "no_input: 1500ms")
        for path in PATHS:
            at = f"http://127.0.0.1:{quiet_port()}" if path == "/down" else url
            flows[path[1:]] = flow(path[1:], "look", at, path)
        folder = tmp_path_factory.mktemp("dead_air")
        with hotline(folder, calls='default_flow = "ask"', flows=flows) as one:
            yield one


async def gets_on(caller: ListeningCaller) -> None:
    """Press 0, hear that nobody is there, and be told goodbye."""
    loop = asyncio.get_running_loop()
    caller.press("0")
    assert await caller.silent_ms(loop.time()) < DEAD_AIR_MS
    await caller.is_hung_up()
    record = await caller.ended()
    assert record["path"][-2:] == ["person", "bye"]
    assert (record["outcome"], record["ended_by"]) == ("unserved", "bot")


def workers(line: Hotline, module: str) -> list[int]:
    return [
        pid
        for pid in children_of(line.process.pid)
        if module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def send_to_workers(line: Hotline, module: str, number: signal.Signals) -> None:
    for pid in workers(line, module):
        os.kill(pid, number)


@asynccontextmanager
async def hung(line: Hotline, module: str) -> AsyncIterator[None]:
    """All workers of a kind stand still; the hotline may replace them."""
    send_to_workers(line, module, signal.SIGSTOP)
    yield


@asynccontextmanager
async def dead(line: Hotline, module: str) -> AsyncIterator[None]:
    """No worker of a kind lives, nor does any that the hotline starts."""

    async def kill() -> None:
        while True:
            send_to_workers(line, module, signal.SIGKILL)
            await asyncio.sleep(0.02)

    killing = asyncio.create_task(kill())
    yield
    assert (await asyncio.to_thread(line.ready))["status"] == 503
    killing.cancel()


# ---------------------------------------------------------------- back ends


async def test_a_back_end_that_fails_in_any_way(line: Hotline) -> None:
    """Down, slow, hanging, or answering nonsense."""
    async with asyncio.TaskGroup() as calls:
        for path in PATHS:
            calls.create_task(asks_back_end(line, path))
    await nobody_is_left(line)


async def asks_back_end(line: Hotline, path: str) -> None:
    loop = asyncio.get_running_loop()
    async with ListeningCaller(line, path[1:]) as caller:
        dialed_s = loop.time()
        await caller.dial()
        answered_s = loop.time()
        await caller.until_fact("said", prompt="told" if path == "/slow" else "sorry")
        gap_ms = caller.longest_silence_ms(answered_s, loop.time())
        assert gap_ms < DEAD_AIR_MS, path
        assert await caller.silent_ms(dialed_s) < DEAD_AIR_MS, path
        [requested] = [f["data"] for f in await caller.facts() if f["kind"] == "requested"]
        errors = {"/hangs": "timeout", "/slow": "", "/page": "", "/other": "", "/broken": ""}
        assert requested["error"] == errors.get(path, "error"), path
        said = [f["data"]["text"] for f in await caller.facts() if f["kind"] == "said"]
        assert ("One moment, please." in said) is (path in ("/slow", "/hangs"))
        await gets_on(caller)


# ---------------------------------------------------------------- engines


Breaks = Callable[..., Any]


@pytest.mark.parametrize("breaks", [hung, dead])
async def test_no_recognizer_answers(line: Hotline, breaks: Breaks) -> None:
    no = resample(read_wav(ROOT / "tests/fixtures/speech/answers/tflm_no.wav").mono(), NARROWBAND)
    async with ListeningCaller(line, "ask") as caller:
        await caller.dial()
        await caller.until_fact("said", prompt="choose")
        async with breaks(line, ASR):
            spoke_s = await caller.say(Pcm.join([no, Pcm.silence(1_500, NARROWBAND)], NARROWBAND))
            assert await caller.silent_ms(spoke_s - 1.5) < DEAD_AIR_MS
            await gets_on(caller)
    await nobody_is_left(line)
    await working(line, ASR)


async def working(line: Hotline, module: str) -> None:
    """The hotline has its workers again, and says so."""
    name = "recognition" if module == ASR else "speech"
    async with asyncio.timeout(30):
        while (await asyncio.to_thread(line.ready))["checks"][name]["note"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_fault_in_the_flow(line: Hotline) -> None:
    loop = asyncio.get_running_loop()
    async with ListeningCaller(line, "compute") as caller:
        dialed_s = loop.time()
        await caller.dial()
        assert await caller.silent_ms(dialed_s) < DEAD_AIR_MS
        await caller.at("trouble")
        await gets_on(caller)
    await nobody_is_left(line)


# ---------------------------------------------------------------- the caller


async def test_no_sound_at_all_to_the_goodbye(line: Hotline) -> None:
    """A phone that sends not one packet: asked twice more, told goodbye, and its record right."""
    loop = asyncio.get_running_loop()
    async with ListeningCaller(line, "silence") as caller:
        await caller.dial()
        answered_s = loop.time()
        await caller.is_hung_up()
        lasted_s = loop.time() - answered_s
        record = await caller.ended()
        facts = await caller.facts()
        assert caller.longest_silence_ms(answered_s, loop.time()) < 3_000
    said = [f["data"]["prompt"] for f in facts if f["kind"] == "said"]
    assert said == ["choose", "there", "choose", "there", "choose", "silent", "no_one"]
    assert (record["outcome"], record["ended_by"]) == ("contained", "bot")
    assert (record["no_inputs"], record["no_matches"], record["barge_ins"]) == (3, 0, 0)
    assert record["duration_ms"] == pytest.approx(1000 * lasted_s, abs=500)
    await nobody_is_left(line)


# ---------------------------------------------------------------- the disk


@contextmanager
def full_disk(line: Hotline) -> Iterator[None]:
    """No file of the hotline's can grow."""
    pid, unlimited = line.process.pid, resource.RLIM_INFINITY
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, unlimited))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))


@contextmanager
def locked_database(line: Hotline) -> Iterator[None]:
    """Somebody else writes into the database and does not come to an end."""
    other = sqlite3.connect(line.folder / "data" / "voicebot.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.close()


@pytest.mark.parametrize(
    ("breaks", "status"), [(full_disk, "failing"), (locked_database, "behind")]
)
async def test_nothing_can_be_written(line: Hotline, breaks: Breaks, status: str) -> None:
    """The caller notices nothing, the operator is told, and what waited in memory or beside the
    database is kept when it can be."""
    loop = asyncio.get_running_loop()
    async with ListeningCaller(line, "code") as caller:
        with breaks(line):
            dialed_s = loop.time()
            await caller.dial()
            assert await caller.silent_ms(dialed_s) < DEAD_AIR_MS
            await until_journal(line, status)
            keyed_s = loop.time()
            caller.press(*("4713" if breaks is full_disk else "4714"))
            assert await caller.silent_ms(keyed_s) < DEAD_AIR_MS
            caller.press("0")
            await caller.is_hung_up()
        await until_journal(line, "ok")
        record = await caller.ended()
        facts = await caller.facts()
    assert [f["seq"] for f in facts] == list(range(len(facts)))
    assert record["path"][-1] == "bye"
    told = "".join(line.output)
    assert "journal: the database is away" in told
    assert ("a recording stopped, its call goes on" in told) or breaks is locked_database
    if breaks is full_disk:
        await not_replayed(line, record["call"], facts)
    await nobody_is_left(line)


async def not_replayed(line: Hotline, call: str, facts: list[dict[str, Any]]) -> None:
    """The journal says why there is no sound, and so does who wants to replay it."""
    failed = [f["data"]["failed"] for f in facts if f["kind"] == "recording"]
    assert failed[-1] == "File too large"
    places = [f"--{name}={line.folder / name}" for name in ("flows", "data")]
    done = await asyncio.to_thread(voicebot, "replay", call, *places)
    assert done.returncode == 2, done.stdout
    assert "could not be replayed" in done.stdout
    assert "recording" in done.stdout


async def until_journal(line: Hotline, status: str) -> None:
    async with asyncio.timeout(20):
        while (await asyncio.to_thread(line.ask, "/healthz"))["journal"]["status"] != status:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


# ---------------------------------------------------------------- last: it leaves no synthesizer


@pytest.mark.parametrize("breaks", [hung, dead])
async def test_no_synthesizer_answers(line: Hotline, breaks: Breaks) -> None:
    loop = asyncio.get_running_loop()
    async with ListeningCaller(line, "code") as caller:
        await caller.dial()
        await caller.until_fact("said", prompt="code")
        async with breaks(line, TTS):
            keyed_s = loop.time()
            code = "4711" if breaks is hung else "4712"  # never said before
            caller.press(*code)
            assert await caller.silent_ms(keyed_s) < DEAD_AIR_MS
            await caller.at("trouble")
            await gets_on(caller)
        if breaks is hung:
            await working(line, TTS)
        else:
            assert [f for f in await caller.facts() if f["data"].get("what") == "speech synthesis"]
    await nobody_is_left(line)

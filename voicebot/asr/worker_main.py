"""A recognizer process: `python -m voicebot.asr.worker_main CONFIG`.

Reads jobs from stdin, one at a time, and answers each on stdout. CONFIG is JSON: the engines to
load. The process ends with its parent: by the end of stdin, or by a signal of the kernel when it
is deep in a decode.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from typing import Any, BinaryIO, Protocol

from voicebot.asr import wire

_PR_SET_PDEATHSIG = 1

NICENESS = 5
"""Recognizers may wait for a core, the sound of the calls may not."""


class Engine(Protocol):
    """One recognizer within the process."""

    def handle(self, message: wire.Message) -> Mapping[str, Any]:
        """Do one job; the header of the answer, JSON values only."""
        ...


def main(config: Mapping[str, Any]) -> int:
    """Serve until stdin ends."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return 1
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    answers = _private_stdout()
    engines = load(config)
    _answer(answers, {"ready": True, "pid": os.getpid()})
    while (message := wire.read_blocking(sys.stdin.buffer)) is not None:
        _answer(answers, _result(engines, message))
    return 0


def load(config: Mapping[str, Any]) -> dict[str, Engine]:
    """The engines that the configuration names."""
    engines: dict[str, Engine] = {}
    if "pocketsphinx" in config:
        from voicebot.asr.pocketsphinx_engine import PocketSphinxEngine

        engines["pocketsphinx"] = PocketSphinxEngine(**config["pocketsphinx"])
    for language, path in config.get("vosk", {}).items():
        from voicebot.asr.vosk_engine import VoskEngine

        engines[f"vosk:{language}"] = VoskEngine(path)
    if config.get("test"):
        engines["test"] = _TestEngine()
    return engines


def _result(engines: Mapping[str, Engine], message: wire.Message) -> Mapping[str, Any]:
    """An engine's exception fails its job, not the process."""
    try:
        return {"result": engines[message.header["engine"]].handle(message)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def _private_stdout() -> BinaryIO:
    """The pipe to the parent, out of reach of libraries that print."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _answer(answers: BinaryIO, header: Mapping[str, Any]) -> None:
    answers.write(wire.encode(wire.Message(header)))
    answers.flush()


class _TestEngine:
    """Answers with what it was asked, or hangs, for tests of the pool."""

    def handle(self, message: wire.Message) -> Mapping[str, Any]:
        if message.header.get("hang"):
            signal.pause()
        if compute_s := message.header.get("compute_s"):
            until_s = time.process_time() + float(compute_s)
            while time.process_time() < until_s:
                pass
        if message.header.get("crash"):
            os.kill(os.getpid(), signal.SIGSEGV)
        if message.header.get("raise"):
            raise ValueError("as asked")
        return {"echo": message.header.get("echo"), "pid": os.getpid()}


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))

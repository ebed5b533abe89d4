"""The program of a worker process: `python -m voicebot.tts.worker_main VOICE...`

Reads jobs from standard input and answers on standard output, one after the other, until its
input ends. Killed by the system when its parent is (Linux, `prctl(2)`).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from typing import BinaryIO

from voicebot.core.errors import EngineError
from voicebot.tts.espeak import Espeak
from voicebot.tts.shape import shape
from voicebot.tts.wire import MAX_TEXT, Answer, Hello, Job, job_of, to_line

_PR_SET_PDEATHSIG = 1


def main(voices: Sequence[str]) -> int:
    """Serve until the input ends. Returns the exit code."""
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes us
    answers = _claim_stdout()
    try:
        engine = Espeak()
        hello = Hello(engine.version, engine.unknown(voices))
    except EngineError as error:
        hello = Hello(error=str(error))
    answers.write(to_line(hello))
    if hello.error:
        return 1
    for line in sys.stdin.buffer:
        _answer(engine, job_of(line), answers)
    return 0


def _answer(engine: Espeak, job: Job, answers: BinaryIO) -> None:
    try:
        spoken = engine.synthesize(job.text[:MAX_TEXT], job.voice, job.words_per_minute, job.pitch)
        data = shape(spoken, rate=job.rate, level_db=job.level_db).to_bytes()
    except EngineError as error:
        answers.write(to_line(Answer(error=str(error))))
        return
    answers.write(to_line(Answer(len(data))) + data)


def _claim_stdout() -> BinaryIO:
    """pyttsx3 prints; what it prints goes nowhere, the pipe is ours alone."""
    pipe = os.fdopen(os.dup(1), "wb", buffering=0)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 1)
    return pipe


def _die_with_parent() -> None:
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

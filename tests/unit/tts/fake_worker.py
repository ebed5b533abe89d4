"""A worker process that does as the text of the job says; run as a program by the tests.

    fake_worker.py LOG [VOICE...]     every job is written to LOG, one line each

hang: never answers · die: ends · die-once: ends, the first time · fail: answers with an error ·
rubbish: answers nonsense · compute: 100 ms of sound after 0.5 s of a core · anything else: 100 ms
of sound.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from voicebot.tts.wire import Answer, Hello, job_of, to_line


def main(log: Path, voices: list[str]) -> None:
    out = sys.stdout.buffer
    unknown = tuple(voice for voice in voices if voice.startswith("no-"))
    out.write(to_line(Hello("1.52.0", unknown)))
    out.flush()
    for line in sys.stdin.buffer:
        job = job_of(line)
        seen = log.read_text().splitlines() if log.exists() else []
        with log.open("a") as file:
            file.write(job.text + "\n")
        if job.text == "hang":
            time.sleep(60)
        if job.text == "compute":
            until_s = time.process_time() + 0.5
            while time.process_time() < until_s:
                pass
        if job.text == "die" or (job.text == "die-once" and job.text not in seen):
            return
        if job.text == "fail":
            out.write(to_line(Answer(error="told to fail")))
        elif job.text == "rubbish":
            out.write(b"rubbish\n")
        else:
            size = job.rate // 10 * 2
            out.write(to_line(Answer(size)) + b"\x00\x10" * (size // 2))
        out.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

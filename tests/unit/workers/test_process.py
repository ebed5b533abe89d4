"""What a process is doing."""

from __future__ import annotations

import os
import signal
import subprocess

from voicebot.workers.process import computes, cpu_s


def test_what_a_process_does_is_known_from_outside() -> None:
    assert computes(os.getpid())
    assert cpu_s(os.getpid()) > 0
    with subprocess.Popen(["sleep", "60"]) as sleeping:
        os.kill(sleeping.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, sleeping.pid, os.WSTOPPED)
        assert not computes(sleeping.pid)
        sleeping.kill()
    assert not computes(sleeping.pid)
    assert cpu_s(sleeping.pid) == 0.0

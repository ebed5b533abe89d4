"""Clocks that a test sets, for programs that it starts: see other_clock.c."""

from __future__ import annotations

import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")
COMPILER = shutil.which("cc")
MISSING = "" if COMPILER else "there is no C compiler: script/setup installs it with pjsua2's"


@dataclass
class OtherClock:
    """How far a program's clocks are ahead of the machine's, in whole seconds."""

    folder: Path
    wall_s: int = 0
    steady_s: int = 0

    def __post_init__(self) -> None:
        words = [str(COMPILER), "-shared", "-fPIC", "-O1", "-o", str(self._library), str(SOURCE)]
        subprocess.run([*words, "-ldl"], check=True)
        self._set()

    @property
    def environment(self) -> dict[str, str]:
        """What the program is to be started with."""
        return {"LD_PRELOAD": str(self._library), "OTHER_CLOCK": str(self._file)}

    def jump(self, *, wall_s: int = 0, steady_s: int = 0) -> None:
        """Set the wall clock forwards or backwards; let the steady one skip seconds."""
        self.wall_s += wall_s
        self.steady_s += steady_s
        self._set()

    @property
    def _library(self) -> Path:
        return self.folder / "other_clock.so"

    @property
    def _file(self) -> Path:
        return self.folder / "other_clock"

    def _set(self) -> None:
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("qq", self.wall_s, self.steady_s))

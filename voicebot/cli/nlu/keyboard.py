"""One key of a person at a terminal."""

from __future__ import annotations

import sys
from typing import Protocol


class Ask(Protocol):
    """Where decisions come from."""

    def __call__(self, prompt: str, *, line: bool) -> str:
        """A key (empty: Enter), or a whole `line`."""
        ...


def one_key(prompt: str, *, line: bool) -> str:
    """From the terminal without Enter; from a file or pipe, a line each. `q` at the end."""
    print(prompt, end="", flush=True)
    if line or not sys.stdin.isatty():
        return _line()
    import termios
    import tty

    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        key = sys.stdin.read(1)
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
    print(key.strip())
    return "q" if key in ("", "\x04") else key.strip()


def _line() -> str:
    text = sys.stdin.readline()
    return text.strip() if text else "q"

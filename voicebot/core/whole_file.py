"""Write a file whole or not at all, also for those who read it meanwhile.

The text goes to another name in the same folder and is renamed: POSIX has rename(2) replace what
is there in one step.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

Content = bytes | str | Callable[[IO[bytes]], None]
"""What is written, text as UTF-8; or a function that writes to the file it is given."""


def write_whole(path: Path, data: Content, *, mode: int = 0, durable: bool = True) -> None:
    """Replace what is at `path`; its folder is made if there is none.

    `mode` are the permissions; without it they stay those of the file that is there, or 0644.
    `durable`: the bytes are on the disk before they have the name, so that a power cut leaves the
    old file or the new one. Raises `OSError`, and whatever `data` raises; then all is as before.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            _fill(file, data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        draft.chmod(mode or (path.stat().st_mode & 0o777 if path.exists() else 0o644))
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _fill(file: IO[bytes], data: Content) -> None:
    if callable(data):
        data(file)
    else:
        file.write(data.encode("utf-8") if isinstance(data, str) else data)

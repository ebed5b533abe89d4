"""Files of calls that go with an erasure: recordings, messages, places in the inbox."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from voicebot.core.call import CallId
from voicebot.core.errors import EngineError
from voicebot.core.whole_file import write_whole
from voicebot.store.recordings import file_name

INBOX = "nlu_inbox.json"
"""In the data folder: places of what was dropped, `CALL/SEQ`."""


class StillThere(EngineError):
    """Something could not be erased now; says what, and what to do."""


def remove_files(data: Path, calls: Collection[str], named: Iterable[str]) -> int:
    """Remove the files of calls from the data folder, among them those that are `named`, relative
    to it; how many there were. Raises `StillThere`."""
    removed = 0
    for path in dict.fromkeys([*_within(data.resolve(), named), *_called_like(data, calls)]):
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise StillThere(f"a file cannot be removed: {why}; nothing else was") from None
        removed += 1
    return removed


def _within(root: Path, named: Iterable[str]) -> Iterator[Path]:
    for name in named:
        path = (root / name).resolve()
        if path.is_file() and path.is_relative_to(root):
            yield path


def _called_like(data: Path, calls: Collection[str]) -> Iterator[Path]:
    """Files that are called like a call: also those that no journal names (a killed node)."""
    names = {file_name(CallId(call)) for call in calls}
    for folder in ("recordings", "messages"):
        for path in (data / folder).rglob("*.wav"):
            if path.name in names or path.name.partition("-")[2] in names:
                yield path.resolve()


def forget_inbox(data: Path, calls: Collection[str]) -> None:
    """What of calls was dropped from the inbox needs no remembering any more."""
    path = data / INBOX
    if not path.is_file():
        return
    gone = set(calls)
    places = json.loads(path.read_text("utf-8"))
    kept = [place for place in places if place.rpartition("/")[0] not in gone]
    write_whole(path, json.dumps(kept))

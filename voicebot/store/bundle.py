"""Calls to take away: one archive with journals, recordings, messages and checksums.

calls.csv              a row a call
calls/ID.json          record and facts, as `voicebot calls show ID --json` gives them
calls/ID.wav           the recording: `voicebot replay FOLDER` reads both
calls/ID-message-1.wav
manifest.json          of every file its size and SHA-256, and what is missing
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from voicebot.core.errors import EngineError
from voicebot.core.record import Cdr, Fact, FactKind
from voicebot.store.recordings import file_name
from voicebot.store.rows import CDR_FIELDS, cdr_json, fact_json

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
_FORMULA = ("=", "@", "+", "-", "\t", "\r")
_ZIP_BEGAN = (1980, 1, 1, 0, 0, 0)


class Archive(Protocol):
    """Takes files."""

    def add(self, name: str, data: bytes) -> None:
        """One file."""
        ...

    def close(self) -> None:
        """Nothing more comes."""
        ...


class _Zip:
    def __init__(self, path: Path) -> None:
        self._file = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)

    def add(self, name: str, data: bytes) -> None:
        entry = zipfile.ZipInfo(name, _ZIP_BEGAN)
        entry.external_attr = 0o600 << 16
        self._file.writestr(entry, data, zipfile.ZIP_DEFLATED)

    def close(self) -> None:
        self._file.close()


class _Tar:
    def __init__(self, path: Path) -> None:
        packed = path.suffix in (".gz", ".tgz")
        self._file = tarfile.open(path, "w:gz" if packed else "w")  # noqa: SIM115

    def add(self, name: str, data: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data), 0o600
        self._file.addfile(entry, io.BytesIO(data))

    def close(self) -> None:
        self._file.close()


def opened(path: Path) -> Archive:
    """An archive by the file's suffix. Raises `EngineError`, `OSError`."""
    if not path.name.endswith(SUFFIXES):
        raise EngineError(f"{path.name} is no archive: name it {' or '.join(SUFFIXES)}")
    return _Zip(path) if path.suffix == ".zip" else _Tar(path)


def write_bundle(
    archive: Archive, calls: Iterable[tuple[Cdr, Sequence[Fact]]], data: Path
) -> dict[str, Any]:
    """Put calls into an archive; its manifest."""
    files: dict[str, dict[str, Any]] = {}
    missing: list[str] = []

    def add(name: str, content: bytes) -> None:
        archive.add(name, content)
        files[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    cdrs = []
    for cdr, facts in calls:
        cdrs.append(cdr)
        _add_call(add, cdr, facts, data, missing)
    add("calls.csv", csv_text(cdrs).encode())
    manifest = {"calls": len(cdrs), "files": files, "missing": missing}
    archive.add("manifest.json", json.dumps(manifest, indent=1, sort_keys=True).encode())
    return manifest


def _add_call(
    add: Callable[[str, bytes], None],
    cdr: Cdr,
    facts: Sequence[Fact],
    data: Path,
    missing: list[str],
) -> None:
    name = file_name(cdr.call).removesuffix(".wav")
    add(f"calls/{name}.json", (call_json(cdr, facts) + "\n").encode())
    recordings, messages = sounds(facts, FactKind.RECORDING), sounds(facts, FactKind.MESSAGE)
    places = {f"calls/{name}.wav": one for one in recordings[:1]}
    places |= {f"calls/{name}-message-{n}.wav": one for n, one in enumerate(messages, 1)}
    for place, kept in places.items():
        content = sound_in(data, kept)
        if content is None:
            missing.append(place)
        else:
            add(place, content)


def call_json(cdr: Cdr, facts: Sequence[Fact]) -> str:
    """A call's record and journal."""
    value = {"call": cdr_json(cdr), "facts": [fact_json(fact) for fact in facts]}
    return json.dumps(value, ensure_ascii=False)


def sounds(facts: Iterable[Fact], kind: FactKind) -> list[str]:
    """Names of a call's files below the data folder, in order."""
    names = (str(f.data["file"]) for f in facts if f.kind is kind and f.data.get("file"))
    return list(dict.fromkeys(names))


def sound_in(data: Path, name: str) -> bytes | None:
    """A file of the data folder; None where it is not there, or elsewhere."""
    path = (data / name).resolve()
    if not path.is_relative_to(data.resolve()):
        return None
    try:
        return path.read_bytes()
    except OSError:
        return None


def csv_text(cdrs: Iterable[Cdr]) -> str:
    """Records as CSV (RFC 4180), with a line of names; lists have blanks between their values."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(CDR_FIELDS)
    for cdr in cdrs:
        writer.writerow([safe_cell(value) for value in flat(cdr).values()])
    return out.getvalue()


def flat(cdr: Cdr) -> dict[str, Any]:
    """A record with one plain value a field."""
    return dict(_flat(cdr))


def _flat(cdr: Cdr) -> Iterator[tuple[str, Any]]:
    for name in CDR_FIELDS:
        value = getattr(cdr, name)
        if isinstance(value, tuple):
            value = " ".join(value)
        elif isinstance(value, datetime):
            value = value.isoformat()
        elif name == "survey":
            value = " ".join(f"{question}={score}" for question, score in value.items())
        yield name, str(value) if name in ("outcome", "ended_by") and value else value


def safe_cell(value: Any) -> Any:
    """No formula for a spreadsheet: callers choose some of these texts."""
    if isinstance(value, str) and value[:1] in _FORMULA and not value[1:].isdecimal():
        return f"'{value}"
    return "" if value is None else value

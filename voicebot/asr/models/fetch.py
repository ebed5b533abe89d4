"""Fetching a model: download that resumes, checksum, safe unpacking, atomic move.

url ─▶ .partial/NAME.zip (Range, If-Range) ─▶ sha256 ─▶ .partial/NAME/ ─▶ NAME/
"""

from __future__ import annotations

import hashlib
import shutil
import stat
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from voicebot.asr.models.catalog import KINDS, Catalog, ModelEntry
from voicebot.asr.models.folder import write_record
from voicebot.asr.vosk_model import VoskModel
from voicebot.core.errors import VoicebotError

Progress = Callable[[int, int], None]
"""Called with bytes so far and bytes in all (0 where unknown)."""

_CHUNK = 256 << 10
_TIMEOUT_S = 30
_MAX_UNPACKED = 20 << 30
_RANGE_NOT_SATISFIABLE = 416


class FetchError(VoicebotError):
    """The model could not be fetched; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A model that is in place now."""

    path: Path
    sha256: str
    trusted_first: bool
    """Nobody vouched for the checksum: it was recorded, and later fetches must match it."""


def fetch(entry: ModelEntry, catalog: Catalog, progress: Progress) -> Fetched:
    """Fetch `entry` into the catalog's folder, in place of what is there. Raises `FetchError`;
    what was downloaded is kept for the next try, unless it is wrong."""
    partial = catalog.folder / ".partial"
    partial.mkdir(parents=True, exist_ok=True)
    archive = partial / f"{entry.name}.zip"
    try:
        _download(entry.url, archive, progress)
        sha256, first = _checked(entry, catalog, archive)
        unpacked = _unpacked(archive, partial / entry.name, entry.kind)
    except OSError as error:
        raise FetchError(f"{entry.name}: {error}; run the command again to go on") from error
    write_record(unpacked, entry.url, sha256)
    _move(unpacked, catalog.path(entry))
    if first:
        catalog.record(entry.name, sha256)
    shutil.rmtree(partial / entry.name, ignore_errors=True)
    archive.unlink()
    _tag_file(archive).unlink(missing_ok=True)
    return Fetched(catalog.path(entry), sha256, first)


def _download(url: str, archive: Path, progress: Progress) -> None:
    """All of it, going on where an earlier try ended and the file is still the same there."""
    tag_file = _tag_file(archive)
    tag = tag_file.read_text() if tag_file.exists() else ""
    done = archive.stat().st_size if archive.exists() and tag else 0
    request = urllib.request.Request(url, headers={"User-Agent": "voicebot"})
    if done:
        request.add_header("Range", f"bytes={done}-")
        request.add_header("If-Range", tag)
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:
            resumed = response.status == 206
            done = done if resumed else 0
            tag_file.write_text(response.headers.get("ETag") or "")
            _copy(response, archive, done, progress)
    except urllib.error.HTTPError as error:
        if error.code != _RANGE_NOT_SATISFIABLE or not done:
            raise
        # Nothing is left to fetch: the checksum tells whether it is right.


def _copy(response: object, archive: Path, done: int, progress: Progress) -> None:
    length = int(response.headers.get("Content-Length") or 0)  # type: ignore[attr-defined]
    total = done + length if length else 0
    with archive.open("ab" if done else "wb") as file:
        while chunk := response.read(_CHUNK):  # type: ignore[attr-defined]
            file.write(chunk)
            done += len(chunk)
            progress(done, total)
    if total and done < total:
        raise OSError(f"the connection ended after {done} of {total} bytes")


def _checked(entry: ModelEntry, catalog: Catalog, archive: Path) -> tuple[str, bool]:
    """The archive's checksum, and whether it is the first that we see. A wrong archive is
    deleted."""
    with archive.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    expected = entry.sha256 or catalog.recorded(entry.name)
    if expected and sha256 != expected:
        archive.unlink()
        whose = "the manifest" if entry.sha256 else "the first fetch (checksums.json)"
        raise FetchError(
            f"{entry.name}: wrong checksum, nothing was installed: got {sha256}, "
            f"{whose} has {expected}"
        )
    return sha256, not expected


def _unpacked(archive: Path, target: Path, kind: str) -> Path:
    """The model's folder within the archive, unpacked below `target`."""
    shutil.rmtree(target, ignore_errors=True)
    try:
        with zipfile.ZipFile(archive) as bundle:
            _check_members(bundle)
            bundle.extractall(target)
    except zipfile.BadZipFile as error:
        archive.unlink()
        raise FetchError(f"{archive.stem}: what came is no zip archive") from error
    if KINDS[kind]:
        return _holding(archive, target, KINDS[kind])
    inside = list(target.iterdir())
    root = inside[0] if len(inside) == 1 and inside[0].is_dir() else target
    missing = VoskModel(root).missing
    if missing:
        raise FetchError(f"{archive.stem}: not a Vosk model: {', '.join(missing)} missing")
    return root


def _holding(archive: Path, target: Path, names: Sequence[str]) -> Path:
    """The folder with these files, however deep it lies: a wheel has its own folders around."""
    for found in sorted(target.rglob(names[0])):
        if all((found.parent / name).is_file() for name in names):
            return found.parent
    raise FetchError(f"{archive.stem}: not what was expected: no {' and '.join(names)} in it")


def _check_members(bundle: zipfile.ZipFile) -> None:
    """No member may reach out of the folder, be a link, or fill the disk."""
    for member in bundle.infolist():
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise FetchError("the archive holds a path that leads out of it; it was not unpacked")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise FetchError("the archive holds a link; it was not unpacked")
    if sum(member.file_size for member in bundle.infolist()) > _MAX_UNPACKED:
        raise FetchError("the archive is too large unpacked; it was not unpacked")


def _move(unpacked: Path, target: Path) -> None:
    """Into place by renames: there is never half a model under the name."""
    old = unpacked.parent.parent / f"{target.name}.old"
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    unpacked.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _tag_file(archive: Path) -> Path:
    """Keeps the ETag of what was begun: a resumed download must be of the same file."""
    return archive.with_suffix(".etag")

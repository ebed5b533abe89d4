"""Model folders on disk: which are used, whether they are whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from voicebot.asr.models.catalog import KINDS, Catalog
from voicebot.asr.settings import AsrSettings
from voicebot.asr.vosk_model import VoskModel
from voicebot.core.errors import ConfigError, Problem

RECORD = ".voicebot-fetched.json"
"""In a fetched folder: checksums of the archive and of every file."""


def chosen_folders(settings: AsrSettings, catalog: Catalog) -> dict[str, VoskModel]:
    """The Vosk folder of each language: as configured, else the first whole one of the manifest.
    Raises `ConfigError` with a problem for every configured folder that cannot be used."""
    chosen: dict[str, VoskModel] = {}
    problems: list[Problem] = []
    for language, path in settings.vosk.items():
        model = VoskModel(settings.models_dir / path)
        problems += _problems(model, language, catalog)
        chosen[language] = model
    if problems:
        raise ConfigError(problems)
    for entry in catalog.entries:
        model = VoskModel(catalog.path(entry))
        if entry.kind != "vosk" or entry.language in chosen:
            continue
        if model.path.is_dir() and not model.missing:
            chosen[entry.language] = model
    return chosen


def _problems(model: VoskModel, language: str, catalog: Catalog) -> Iterator[Problem]:
    if not model.path.is_dir():
        message = f"there is no Vosk model for `{language}` here"
        yield Problem(str(model.path), 0, 0, "no-model", message, _mend(model, language, catalog))
    elif model.missing:
        message = f"not a whole Vosk model: {', '.join(model.missing)} missing"
        hint = _mend(model, language, catalog)
        yield Problem(str(model.path), 0, 0, "broken-model", message, hint)


def _mend(model: VoskModel, language: str, catalog: Catalog) -> str:
    """The command that brings the folder."""
    if catalog.entry(model.path.name) is not None:
        return f"run `voicebot models fetch {model.path.name}`"
    names = [e.name for e in catalog.entries if (e.language, e.kind) == (language, "vosk")]
    if names:
        return f"run `voicebot models fetch {names[0]}` and name that folder"
    return "`voicebot models list` shows what can be fetched"


def write_record(folder: Path, url: str, archive_sha256: str) -> None:
    """Keep what was fetched, so that `verify` can tell later changes."""
    files = {
        str(file.relative_to(folder)): _sha256(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    record = {"url": url, "archive_sha256": archive_sha256, "files": files}
    (folder / RECORD).write_text(json.dumps(record, indent=1) + "\n", "utf-8")


def faults(folder: Path, expected_sha256: str = "", kind: str = "vosk") -> list[str]:
    """What is wrong with a model folder; empty if it is whole and as fetched."""
    if not folder.is_dir():
        return ["not there"]
    needed = [name for name in KINDS[kind] if not (folder / name).is_file()]
    missing = needed if KINDS[kind] else VoskModel(folder).missing
    found = [f"{name} is missing" for name in missing]
    file = folder / RECORD
    if not file.exists():
        return found
    try:
        record = json.loads(file.read_text("utf-8"))
        archive, files = record["archive_sha256"], dict(record["files"])
    except (ValueError, KeyError, TypeError):
        return [*found, f"{RECORD} is damaged"]
    if expected_sha256 and archive != expected_sha256:
        found.append("fetched from an archive with another checksum than expected")
    return [*found, *_changed(folder, files)]


def _changed(folder: Path, files: dict[str, str]) -> Iterator[str]:
    for name, sha256 in files.items():
        file = folder / name
        if not file.is_file():
            yield f"{name} is missing"
        elif _sha256(file) != sha256:
            yield f"{name} was changed since it was fetched"


def is_recorded(folder: Path) -> bool:
    """Fetched by us; otherwise put there by hand, without a record to hold it against."""
    return (folder / RECORD).exists()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

"""The manifest of speech models: what can be fetched, from where, under which licence."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from voicebot.core.errors import ConfigError, Problem

MANIFEST = "manifest.toml"
_RECORD = "checksums.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
KINDS: dict[str, tuple[str, ...]] = {
    "vosk": (),
    "sentence-encoder": ("model.safetensors", "vocab.txt"),
}
"""What a model is for, and the files that it must have; a Vosk model's own are looked for
elsewhere."""
_KEYS = {"kind", "name", "language", "url", "size_mb", "licence", "about", "sha256"}


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of the manifest."""

    name: str
    """Also the name of its folder."""
    language: str
    url: str
    """Of a zip archive with the model's folder in it."""
    size_mb: int = 0
    """Of the archive, as its publisher says."""
    licence: str = ""
    about: str = ""
    sha256: str = ""
    """Of the archive; empty where the publisher gives none: then the first fetch is trusted and
    its checksum kept in `checksums.json`."""
    kind: str = "vosk"
    """One of `KINDS`."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """A folder for models and what is known of them."""

    folder: Path
    entries: tuple[ModelEntry, ...] = ()

    def entry(self, name: str) -> ModelEntry | None:
        """By name."""
        return next((entry for entry in self.entries if entry.name == name), None)

    def path(self, entry: ModelEntry) -> Path:
        """Where the model lies once it is fetched."""
        return self.folder / entry.name

    def recorded(self, name: str) -> str:
        """The checksum of the first fetch; empty before it."""
        return self._records().get(name, "")

    def record(self, name: str, sha256: str) -> None:
        """Keep the checksum of a first fetch."""
        records = self._records() | {name: sha256}
        text = json.dumps(records, indent=2, sort_keys=True) + "\n"
        (self.folder / _RECORD).write_text(text, "utf-8")

    def _records(self) -> dict[str, str]:
        file = self.folder / _RECORD
        if not file.exists():
            return {}
        try:
            return {str(key): str(value) for key, value in json.loads(file.read_text()).items()}
        except (ValueError, AttributeError):
            hint = "restore it, or delete it to trust the next fetch of each model"
            raise ConfigError(
                [Problem(str(file), 0, 0, "bad-record", "this is no record of checksums", hint)]
            ) from None


def load_catalog(folder: Path, extra: Sequence[Path] = ()) -> Catalog:
    """Read `manifest.toml` of the folder, if it is there, and further manifests; a later entry
    wins over one of the same name. Raises `ConfigError` with every mistake."""
    problems: list[Problem] = []
    entries: dict[str, ModelEntry] = {}
    own = folder / MANIFEST
    for file in ([own] if own.exists() else []) + list(extra):
        for entry in _read(file, problems):
            entries[entry.name] = entry
    if problems:
        raise ConfigError(problems)
    return Catalog(folder, tuple(entries.values()))


def _read(file: Path, problems: list[Problem]) -> list[ModelEntry]:
    try:
        tables = tomllib.loads(file.read_text("utf-8")).get("model", [])
    except (OSError, ValueError) as error:
        hint = "a manifest is TOML with one [[model]] table a model"
        problems.append(Problem(str(file), 0, 0, "unreadable", str(error), hint))
        return []
    found = []
    for number, table in enumerate(tables, 1):
        mistake = _mistake(table)
        if mistake:
            problems.append(Problem(str(file), 0, 0, "bad-model", f"model {number}: {mistake}"))
        else:
            found.append(ModelEntry(**table))
    return found


def _mistake(table: dict[str, Any]) -> str:
    """What is wrong with an entry; empty if nothing is."""
    for key in ("name", "language", "url"):
        if not isinstance(table.get(key), str) or not table[key]:
            return f"{key} is missing"
    if unknown := set(table) - _KEYS:
        return f"unknown: {', '.join(sorted(unknown))} (known: {', '.join(sorted(_KEYS))})"
    if not _NAME.fullmatch(table["name"]):
        return "name may hold letters, digits, dot, dash and underscore"
    if table.get("kind", "vosk") not in KINDS:
        return f"kind must be one of {', '.join(KINDS)}"
    if urlsplit(table["url"]).scheme not in ("http", "https"):
        return "url must begin with https:// or http://"
    if table.get("sha256") and not _SHA256.fullmatch(str(table["sha256"])):
        return "sha256 must be 64 hexadecimal digits in lower case"
    return ""

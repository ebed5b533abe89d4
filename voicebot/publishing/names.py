"""What people call a version: `shop.yaml`, `shop`, `shop@draft`, `shop@live`, `shop@3fa2b1`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from voicebot.core.errors import ConfigError, Problem
from voicebot.core.publishing import standing
from voicebot.flow.document import Document, read_document
from voicebot.flow.files import SUFFIXES, flow_files
from voicebot.flow.loader import content_hash
from voicebot.flow.problems import did_you_mean
from voicebot.publishing.sources import SHOWN, document_of, name_in
from voicebot.store.versions import VersionStore

DRAFT, LIVE, CANARY = "draft", "live", "canary"


@dataclass(frozen=True, slots=True)
class Named:
    """A version that somebody named."""

    title: str
    """`shop@3fa2b1c90d1e`, or the path of a file."""
    flow: str
    version: str
    document: Document
    text: str
    file: str
    """Name of the file that it is, or came from."""


def find(reference: str, folder: Path, versions: VersionStore | None) -> Named:
    """The version that `reference` names. Raises `ConfigError` where there is none."""
    path = Path(reference)
    if path.suffix in SUFFIXES:
        return _of_file(path)
    flow, _, which = reference.partition("@")
    if which in ("", DRAFT):
        return _of_file(_draft(flow, folder))
    version = _version(flow, which, versions)
    kept = versions.get(flow, version) if versions and version else None
    if kept is None:
        raise _missing(reference, f"there is no version {which} of {flow}", _hint(flow, versions))
    document = document_of(kept.file, kept.version, kept.text)
    title = f"{flow}@{kept.version[:SHOWN]}"
    return Named(title, flow, kept.version, document, kept.text, kept.file)


def _of_file(path: Path) -> Named:
    document = read_document(path)
    if not isinstance(document.data, dict):
        problem = Problem(str(path), 1, 1, "no-flow", "a flow begins with `flow: name`")
        raise ConfigError(document.problems or [problem])
    text = path.read_text("utf-8-sig")
    version = content_hash(document.data)
    return Named(str(path), name_in(document), version, document, text, path.name)


def _draft(flow: str, folder: Path) -> Path:
    files = flow_files(folder) if folder.is_dir() else []
    names = {name_in(read_document(file)) or file.stem: file for file in files}
    if flow not in names:
        hint = did_you_mean(flow, names) or "there are: " + ", ".join(sorted(names))
        raise _missing(str(folder), f"there is no flow {flow} here", hint)
    return names[flow]


def _version(flow: str, which: str, versions: VersionStore | None) -> str:
    """The whole hash; empty where there is none."""
    if versions is None:
        return ""
    now = standing(versions.entries(flow))
    entry = {LIVE: now.live, CANARY: now.canary}.get(which)
    if entry is not None or which in (LIVE, CANARY):
        return entry.version if entry else ""
    found = versions.find(flow, which)
    if len(found) > 1:
        shown = ", ".join(version[:SHOWN] for version in found)
        raise _missing(flow, f"several versions begin with {which}", f"there are: {shown}")
    return found[0] if found else ""


def _hint(flow: str, versions: VersionStore | None) -> str:
    known = dict.fromkeys(e.version[:SHOWN] for e in versions.entries(flow)) if versions else {}
    return f"there are: {', '.join(known)}" if known else "nothing of it was published yet"


def _missing(where: str, message: str, hint: str) -> ConfigError:
    return ConfigError([Problem(where, 0, 0, "missing-version", message, hint)])

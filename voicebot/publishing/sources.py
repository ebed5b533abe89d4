"""Where flows come from: the folder, and what was published of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from voicebot.core.errors import ConfigError, Problem
from voicebot.core.publishing import Publishing, Standing, standing
from voicebot.flow.document import Document, read_document, read_text
from voicebot.flow.files import flow_files
from voicebot.flow.knowledge.folder import knowledge_files
from voicebot.flow.loader import with_bases
from voicebot.flow.properties import FlowSettings
from voicebot.flow.report import Surroundings
from voicebot.publishing.library import Choice, Edition, Library, build
from voicebot.store.versions import VersionStore

SHOWN = 12
"""Digits of a version as people see it."""


@dataclass(frozen=True)
class Sources:
    """Reads libraries."""

    folder: Path
    around: Surroundings = field(default_factory=Surroundings)
    settings: FlowSettings | None = None
    environment: Mapping[str, str] | None = None
    draft: bool = False
    """The folder serves, whatever was published."""

    def drafts(self) -> tuple[Document, ...]:
        """The folder's files as they are now; what is wrong with them shows when they are built
        into a library."""
        files = flow_files(self.folder) if self.folder.is_dir() else ()
        return tuple(read_document(file) for file in files)

    def bases_stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Changes with the files of the knowledge bases."""
        found = []
        for file in knowledge_files(self.folder):
            with suppress(OSError):
                about = file.stat()
                found.append((file.name, about.st_mtime_ns, about.st_size))
        return tuple(found)

    def read(self, drafts: Sequence[Document], versions: VersionStore | None) -> Library:
        """What serves, by these files and the log as it is now. Blocks. Raises `ConfigError` with
        every problem, and `EngineError` where the store cannot be read."""
        return self.build(self.choices(drafts, versions))

    def build(self, choices: Mapping[str, Choice]) -> Library:
        """What would serve by these choices. Raises `ConfigError` with every problem."""
        around = with_bases(self.around, [self.folder])
        return build(choices, around, self.settings, self.environment)

    def choices(
        self, drafts: Sequence[Document], versions: VersionStore | None
    ) -> dict[str, Choice]:
        """Which files and versions serve."""
        published = {} if self.draft or versions is None else _published(versions)
        files = {edition.name: edition for edition in _editions(drafts, published)}
        if not files and not published:
            message = "there is no flow here"
            raise ConfigError([Problem(str(self.folder), 0, 0, "no-flows", message)])
        names = dict.fromkeys([*files, *published])
        found = {name: _choice(name, files.get(name), published.get(name)) for name in names}
        return {name: choice for name, choice in found.items() if choice is not None}


@dataclass(frozen=True, slots=True)
class _Published:
    standing: Standing
    live: Document | None
    canary: Document | None
    files: frozenset[str]


def _published(versions: VersionStore) -> dict[str, _Published]:
    by_flow: dict[str, list[Publishing]] = {}
    for entry in versions.entries():
        by_flow.setdefault(entry.flow, []).append(entry)
    found = {}
    for flow, entries in by_flow.items():
        now = standing(entries)
        live, canary = (_document(versions, entry) for entry in (now.live, now.canary))
        files = frozenset(d.file.partition("@")[0] for d in (live, canary) if d is not None)
        found[flow] = _Published(now, live, canary, files)
    return found


def _document(versions: VersionStore, entry: Publishing | None) -> Document | None:
    version = versions.get(entry.flow, entry.version) if entry else None
    return document_of(version.file, version.version, version.text) if version else None


def document_of(file: str, version: str, text: str) -> Document:
    """A published version, read; its problems name file and version."""
    return read_text(text, Document(f"{file}@{version[:SHOWN]}"))


def name_in(document: Document) -> str:
    """The flow's name as a file has it; empty where it cannot be told."""
    name = document.data.get("flow") if isinstance(document.data, dict) else None
    return name if isinstance(name, str) else ""


def _editions(drafts: Sequence[Document], published: Mapping[str, _Published]) -> list[Edition]:
    """The folder's files. One of which no name can be told keeps the start from succeeding,
    unless it is the draft of something published."""
    of_published = {file for one in published.values() if one.live for file in one.files}
    found: dict[str, Edition] = {}
    for document in drafts:
        name = name_in(document)
        if not name and document.file in of_published:
            continue
        key = name or f"({document.file})"
        if key in found:
            # Two files of one name: the check of the whole says so.
            key = f"{name} ({document.file})"
        found[key] = Edition(key, document)
    return list(found.values())


def _choice(name: str, file: Edition | None, published: _Published | None) -> Choice | None:
    live = file
    if published and published.live is not None:
        live = Edition(name, published.live, published.standing.live)
    if live is None:
        return None  # Only ever tried out, and its file is gone.
    canary = None
    if published and published.canary is not None:
        canary = Edition(name, published.canary, published.standing.canary)
    return Choice(live, canary)


def with_edition(choices: Mapping[str, Choice], edition: Edition) -> dict[str, Choice]:
    """The choices as they would be if an edition served all callers of its flow."""
    return {**choices, edition.name: Choice(replace(edition, published=None))}

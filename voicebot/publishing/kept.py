"""Versions of flows that served and were never published: kept beside the calls, so that a call of
months ago can be walked again.

    data/flows/bank_en/1f0c….yaml        the file as it was, before ${env:...} is filled in
    data/knowledge/bank_faq/9a21….yaml   a knowledge base beside them
"""

from __future__ import annotations

import logging
from pathlib import Path

from voicebot.core.knowledge import Knowledge
from voicebot.core.whole_file import write_whole
from voicebot.flow.document import Document, read_text
from voicebot.flow.knowledge.folder import knowledge_files
from voicebot.flow.knowledge.reading import read_knowledge
from voicebot.flow.loader import content_hash
from voicebot.publishing.library import Library
from voicebot.publishing.sources import SHOWN

log = logging.getLogger(__name__)

BASES = "knowledge"
"""The folder beside the calls that holds versions of knowledge bases."""


def keep_versions(library: Library, drafts: Path, folder: Path) -> None:
    """Keep the files in `drafts` that serve as they are. Blocks; trouble with the disk is logged
    and costs no call."""
    _keep_bases(library, drafts, folder.with_name(BASES))
    for name, choice in library.choices.items():
        if choice.live.published is not None or name not in library.flows.flows:
            continue
        file = choice.live.document.file
        try:
            _keep(drafts / file, name, library.flows.get(name).version, folder)
        except OSError as error:
            why = error.strerror or type(error).__name__
            log.warning("a flow's version is not kept", extra={"flow": name, "reason": why})


def kept_version(folder: Path, flow: str, version: str) -> Document | None:
    """A version that was kept, by how it begins; None where none was, or several begin so."""
    place = _path(folder, flow, version)
    found = list(place.parent.glob(f"{place.stem}*.yaml")) if version.isalnum() else []
    if len(found) != 1:
        return None
    try:
        text = found[0].read_text("utf-8")
    except OSError:
        return None
    return read_text(text, Document(f"{flow}@{version[:SHOWN]}"))


def kept_base(folder: Path, name: str, version: str) -> Knowledge | None:
    """A knowledge base as it was; None where that was not kept. `folder` is the data folder."""
    path = _path(folder / BASES, name, version)
    base = read_knowledge(path).knowledge if path.is_file() else None
    return base if base is not None and base.version == version else None


def _keep_bases(library: Library, drafts: Path, folder: Path) -> None:
    """The files of the bases that serve; one that was changed since it was read is left out."""
    serving = {(b.name, b.version) for flow in library.every() for b in flow.bases.values()}
    missing = {pair for pair in serving if not _path(folder, *pair).exists()}
    for file in knowledge_files(drafts) if missing else ():
        base = read_knowledge(file).knowledge
        if base is None or (base.name, base.version) not in missing:
            continue
        try:
            path = _path(folder, base.name, base.version)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(path, file.read_bytes(), mode=0o600)
        except OSError as error:
            why = error.strerror or type(error).__name__
            log.warning("a base's version is not kept", extra={"base": base.name, "reason": why})


def _keep(file: Path, flow: str, version: str, folder: Path) -> None:
    path = _path(folder, flow, version)
    if path.exists():
        return
    text = file.read_text("utf-8-sig")
    if content_hash(read_text(text, Document(file.name)).data) != version:
        return  # It was changed since it was loaded.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, text, mode=0o600)


def _path(folder: Path, flow: str, version: str) -> Path:
    name = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in flow)
    return folder / name / f"{version}.yaml"

"""What serves, as the API shows it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from voicebot.core.publishing import Publishing
from voicebot.publishing.desk import FlowDesk
from voicebot.publishing.library import Choice, Edition, Library
from voicebot.publishing.models import ModelDesk
from voicebot.publishing.sources import SHOWN
from voicebot.store.versions import VersionStore


class FlowBoard:
    """Implements `web.ports.FlowList`."""

    def __init__(self, desk: FlowDesk, versions: VersionStore, models: ModelDesk) -> None:
        self._desk = desk
        self._models = models
        self._versions = versions

    async def flows(self) -> dict[str, Any]:
        """What serves whom, the log, and why the last change was refused. Raises `EngineError`."""
        entries = await asyncio.to_thread(self._versions.entries)
        library = self._desk.library
        return {
            "flows": [self._row(name, entries) for name in library.names()],
            "intents": dict(self._models.serving.understanding.versions),
            "refused": [asdict(p) for p in (*self._desk.refused, *self._models.refused)],
        }

    def _row(self, name: str, entries: tuple[Publishing, ...]) -> dict[str, Any]:
        library = self._desk.library
        choice = library.choices[name]
        return {
            "name": name,
            "flow_version": library.flows.get(name).version,
            "live": _edition(choice.live),
            "canary": _edition(choice.canary) if choice.canary else None,
            "log": [_entry(entry) for entry in entries if entry.flow == name],
        }


def serving_text(library: Library) -> str:
    """What serves, in a line."""
    return ", ".join(_served(name, library.choices[name]) for name in library.names())


def _served(name: str, choice: Choice) -> str:
    canary = choice.canary.published if choice.canary else None
    tried = f" and {canary.percent:g} % {canary.version[:SHOWN]}" if canary else ""
    entry = choice.live.published
    if entry is None:
        return f"{name} (the file{tried})"
    when = f"{entry.time:%Y-%m-%d %H:%M} UTC"
    return f"{name} {entry.version[:SHOWN]} ({entry.kind} {when} by {entry.by}){tried}"


def _edition(edition: Edition) -> dict[str, Any]:
    file = edition.document.file.partition("@")[0]
    if edition.published is None:
        return {"source": "file", "file": file}
    return {"source": "published", "file": file, **_entry(edition.published)}


def _entry(entry: Publishing) -> dict[str, Any]:
    return {
        "id": entry.id,
        "version": entry.version,
        "percent": entry.percent,
        "kind": entry.kind.value,
        "time": entry.time.isoformat(),
        "by": entry.by,
        "why": entry.why,
    }

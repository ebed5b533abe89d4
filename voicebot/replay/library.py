"""The flows that a call is replayed against: today's, or those that it was served with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voicebot.config.settings import HotlineFile
from voicebot.config.surroundings import database_url, surroundings_of
from voicebot.core.errors import ConfigError
from voicebot.core.record import FactKind
from voicebot.flow.anywhere import Anywhere
from voicebot.flow.document import Document
from voicebot.flow.flow import Flow
from voicebot.flow.loader import content_hash, with_bases
from voicebot.flow.properties import FlowSettings
from voicebot.publishing.kept import kept_base, kept_version
from voicebot.publishing.library import Choice, Edition, Library
from voicebot.publishing.sources import Sources, document_of
from voicebot.replay.options import LIVE, ReplayOptions
from voicebot.replay.recorded import RecordedCall
from voicebot.store.opening import find_versions
from voicebot.store.versions import VersionStore

THEN = "then"
_Versions = tuple[tuple[str, str], ...]


class NoFlow(Exception):
    """There is no such flow, or no such version any more; says which."""


class FlowShelf:
    """Finds flows, each library read once."""

    def __init__(self, options: ReplayOptions, hotline: HotlineFile, flow: FlowSettings) -> None:
        self._options, self._hotline = options, hotline
        # Only who asks the live back end needs its addresses.
        environment = None if options.backend == LIVE else Anywhere()
        around = surroundings_of(hotline)
        self._sources = Sources(options.flows, around, flow, environment, options.draft)
        self._today: Library | None = None
        self._then: dict[tuple[_Versions, _Versions], Library] = {}

    def today(self) -> Library:
        """What serves today. Raises `ConfigError`."""
        if self._today is None:
            versions = self._versions()
            try:
                self._today = self._sources.read(self._sources.drafts(), versions)
            finally:
                if versions is not None:
                    versions.close()
        return self._today

    def flow_for(self, call: RecordedCall) -> Flow:
        """The flow that a call is replayed against. Raises `NoFlow`, `ConfigError`."""
        name = self._options.flow or call.flow or call.info.called
        wanted = self._options.flow_version
        library = self.today() if not wanted else self._of_versions(call, name, wanted)
        if name not in library.names():
            known = ", ".join(library.names())
            raise NoFlow(f"there is no flow {name or 'named'}; name one with --flow: {known}")
        caller = call.info.caller or call.info.sip_call_id
        return library.flow_for(name, caller) if not wanted else library.flows.get(name)

    def _of_versions(self, call: RecordedCall, name: str, wanted: str) -> Library:
        pinned = dict(call.value(FactKind.ANSWERED, "flows", {}))
        if not pinned and call.flow:
            pinned = {call.flow: str(call.value(FactKind.ANSWERED, "flow_version", ""))}
        if wanted != THEN:
            pinned = {name: wanted}
        elif name not in pinned:
            raise NoFlow(f"the call was not served by {name}: leave out --flow-version")
        bases = dict(call.value(FactKind.ANSWERED, "knowledge", {})) if wanted == THEN else {}
        key = (tuple(sorted(pinned.items())), tuple(sorted(bases.items())))
        if key not in self._then:
            self._then[key] = self._read(pinned, bases, name)
        return self._then[key]

    def _read(self, pinned: Mapping[str, str], bases: Mapping[str, str], needed: str) -> Library:
        """Today's flows and knowledge bases, with those versions in place of theirs, as far as they
        were kept."""
        versions = self._versions()
        try:
            choices = dict(self._sources.choices(self._sources.drafts(), versions))
            for flow, version in pinned.items():
                document = self._document(choices.get(flow), flow, version, versions)
                if document is not None:
                    choices[flow] = Choice(Edition(flow, document))
                elif flow == needed:
                    raise NoFlow(f"version {version[:12]} of {flow} is not kept anywhere")
            return self._with(bases).build(choices)
        finally:
            if versions is not None:
                versions.close()

    def _with(self, bases: Mapping[str, str]) -> Sources:
        """The sources with the bases of then."""
        around = with_bases(self._sources.around, [self._options.flows])
        today = dict(around.bases or {})
        for name, version in bases.items():
            if name not in today or today[name].version != version:
                kept = kept_base(self._options.data, name, version)
                today |= {name: kept} if kept is not None else {}
        return replace(self._sources, around=replace(around, bases=today))

    def _document(
        self, choice: Choice | None, flow: str, version: str, versions: VersionStore | None
    ) -> Document | None:
        for edition in (choice.live, choice.canary) if choice else ():
            if edition is not None and content_hash(edition.document.data).startswith(version):
                return edition.document
        found = versions.find(flow, version) if versions is not None else ()
        if versions is not None and len(found) == 1 and (kept := versions.get(flow, found[0])):
            return document_of(kept.file, kept.version, kept.text)
        return kept_version(self._options.data / "flows", flow, version)

    def _versions(self) -> VersionStore | None:
        if self._options.draft:
            return None
        return find_versions(database_url(self._hotline, self._options.data))


def reasons(error: Exception) -> tuple[str, ...]:
    """An error as lines for people."""
    if isinstance(error, ConfigError):
        return tuple(str(problem) for problem in error.problems)
    return (str(error),)

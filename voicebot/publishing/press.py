"""Publishes: checks a version among all that serves, and writes it into the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from voicebot.core.errors import ConfigError, Problem, Severity
from voicebot.core.publishing import (
    LIVE_PERCENT,
    FlowVersion,
    Publishing,
    PublishingKind,
    Standing,
    standing,
)
from voicebot.publishing.library import Edition
from voicebot.publishing.names import Named
from voicebot.publishing.sources import SHOWN, Sources, with_edition
from voicebot.store.versions import VersionStore


@dataclass(frozen=True, slots=True)
class Press:
    """Publishes for somebody."""

    sources: Sources
    versions: VersionStore
    by: str

    def standing(self, flow: str) -> Standing:
        """What serves the callers of a flow now."""
        return standing(self.versions.entries(flow))

    def publish(
        self,
        named: Named,
        percent: float,
        why: str,
        kind: PublishingKind = PublishingKind.PUBLISHED,
    ) -> Publishing | None:
        """Let a version serve; None where it does already. Raises `ConfigError` with every
        problem of it, and of what serves already and would not fit it."""
        now = self.standing(named.flow)
        if _serves_already(now, named.version, percent):
            return None
        if percent < LIVE_PERCENT and now.live is None:
            # The others would get the folder's file, which is this very draft after a restart.
            hint = "first publish what serves now: voicebot flows publish FILE --why TEXT"
            message = f"no version of {named.flow} is live that the other callers would get"
            raise ConfigError([Problem(named.title, 0, 0, "nothing-live", message, hint)])
        self._check(named)
        version = FlowVersion(named.flow, named.version, named.file, named.text, datetime.now(UTC))
        return self.versions.publish(version, percent, kind=kind, by=self.by, why=why)

    def end_canary(self, flow: str, why: str, kind: PublishingKind) -> Publishing:
        """Let what is live serve all callers again. Raises `ConfigError` where there is none."""
        entry = self.standing(flow).canary
        version = self.versions.get(flow, entry.version) if entry else None
        if version is None:
            raise _none(flow, "is not being tried out")
        return self.versions.publish(version, 0, kind=kind, by=self.by, why=why)

    def before(self, flow: str) -> str:
        """The version that was live before the present one. Raises `ConfigError` where there is
        none."""
        stack: list[str] = []
        for entry in self.versions.entries(flow):
            if entry.percent >= LIVE_PERCENT:
                _put(stack, entry)
        if len(stack) < 2:
            raise _none(flow, "has no version before the live one")
        return stack[-2]

    def _check(self, named: Named) -> None:
        choices = self.sources.choices(self.sources.drafts(), self.versions)
        edition = Edition(named.flow, named.document)
        others = {
            choice.live.document.file
            for name, choice in choices.items()
            if choice.live.published is None and name != named.flow
        }
        try:
            self.sources.build(with_edition(choices, edition))
        except ConfigError as error:
            # A file that somebody is just writing on is no matter of what is published.
            problems = [p for p in error.problems if p.file not in others]
            if any(problem.severity is Severity.ERROR for problem in problems):
                raise ConfigError(problems) from None


def _serves_already(now: Standing, version: str, percent: float) -> bool:
    if percent >= LIVE_PERCENT:
        return now.canary is None and now.live is not None and now.live.version == version
    return now.canary is not None and (now.canary.version, now.canary.percent) == (version, percent)


def _put(stack: list[str], entry: Publishing) -> None:
    """What is live, on top of what was live before; going back takes off what was above."""
    if entry.kind is PublishingKind.ROLLED_BACK and entry.version in stack:
        del stack[stack.index(entry.version) + 1 :]
    elif not stack or stack[-1] != entry.version:
        stack.append(entry.version)


def shown(version: str) -> str:
    """A version as people see it."""
    return version[:SHOWN]


def _none(flow: str, message: str) -> ConfigError:
    hint = f"voicebot flows history {flow}"
    return ConfigError([Problem(flow, 0, 0, "missing-version", f"{flow} {message}", hint)])

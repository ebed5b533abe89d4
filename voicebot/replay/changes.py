"""What a call was served with and is not any more: settings, models, knowledge bases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from voicebot.core.record import FactKind
from voicebot.flow.flow import Flow
from voicebot.replay.recorded import RecordedCall
from voicebot.replay.result import Change


class Setup:
    """What serves now, compared with what served then. Calls of one node have the same setup, which
    the store gives as the same object: it is compared once."""

    def __init__(self, now: Callable[[RecordedCall], Mapping[str, Any]]) -> None:
        """`now` gives the setup that a call is replayed with, as its journal would have it."""
        self._now = now
        self._known: tuple[object, tuple[Change, ...]] = (None, ())

    def changes(self, call: RecordedCall, flow: Flow) -> Iterator[Change]:
        """By name: knowledge bases, settings, models."""
        bases = call.value(FactKind.ANSWERED, "knowledge")
        if bases is not None:
            yield from _differing(bases, flow.knowledge_versions(), "knowledge.")
        setup = call.first(FactKind.SETUP)
        if setup is None or not setup.data.get("settings"):
            return
        if self._known[0] is not setup.data:
            self._known = setup.data, tuple(_changed(setup.data, self._now(call)))
        yield from self._known[1]


def _changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    yield from _differing(then["settings"], now["settings"], "")
    for kind, prefix in (("asr", "asr."), ("nlu", "intents.")):
        before = (then.get("models") or {}).get(kind, {})
        yield from _differing(before, now["models"][kind], prefix)


def _differing(then: Mapping[str, Any], now: Mapping[str, Any], prefix: str) -> Iterator[Change]:
    if then == now:
        return
    for name in sorted({*then, *now}):
        before, after = then.get(name), now.get(name)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _differing(before, after, f"{prefix}{name}.")
        elif before != after:
            yield Change(f"{prefix}{name}", before, after)

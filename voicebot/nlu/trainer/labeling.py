"""One key a cluster: what the trainer decides, without the terminal.

a cluster ─┬─ Enter, 1 … 9 ── the suggestion of that number
           ├─ n, then a name ─ another intent, new ones too
           ├─ o ────────────── out of scope
           ├─ f ────────────── only its first text next; the others after it
           ├─ d ────────────── of no use: not shown again
           ├─ s ────────────── later
           ├─ u ────────────── back to the one before
           └─ q ────────────── that was all
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from voicebot.nlu.intents.training_set import OUT_OF_SCOPE
from voicebot.nlu.trainer.clusters import Cluster
from voicebot.nlu.trainer.inbox import Item

_NAME = re.compile(r"[^\s\t,:\[\]{}#'\"]{1,80}")
KEYS = (
    "Enter or 1-9 suggestion · n name · o out of scope · f first text only · d drop · s skip · "
    "u undo · q quit"
)


@dataclass(frozen=True, slots=True)
class Labeling:
    """Where the trainer is, and what was decided so far."""

    waiting: tuple[Cluster, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    """Intent by text."""
    dropped: frozenset[str] = frozenset()
    """Places of items that need not be shown again."""
    naming: bool = False
    """The next input is the name of an intent."""
    note: str = ""
    """What was wrong with the last input; empty if nothing was."""
    before: Labeling | None = None
    done: bool = False

    @property
    def cluster(self) -> Cluster | None:
        """The one that is asked about; None at the end."""
        return None if self.done or not self.waiting else self.waiting[0]


def press(state: Labeling, key: str) -> Labeling:
    """The state after a key, or after a name while `naming`."""
    cluster = state.cluster
    if cluster is None:
        return state
    if state.naming:
        return _named(state, cluster, key.strip())
    match key.strip().lower():
        case "q":
            return replace(state, done=True)
        case "u":
            return state.before or replace(state, note="nothing to undo")
        case "n":
            return replace(state, naming=True, note="")
        case "o":
            return _taken(state, cluster, OUT_OF_SCOPE)
        case "s":
            return _next(state)
        case "d":
            places = {place for item in cluster.items for place in item.places}
            return replace(_next(state), dropped=state.dropped | places)
        case "f":
            return _split(state, cluster)
        case other:
            return _suggested(state, cluster, other or "1")


def _suggested(state: Labeling, cluster: Cluster, key: str) -> Labeling:
    if not key.isdecimal() or not 1 <= int(key) <= len(cluster.suggestions):
        return replace(state, note=f"{key!r} is none of: {KEYS}")
    return _taken(state, cluster, cluster.suggestions[int(key) - 1][0])


def _named(state: Labeling, cluster: Cluster, name: str) -> Labeling:
    if not name:
        return replace(state, naming=False, note="")
    if not _NAME.fullmatch(name):
        return replace(state, note="a name has no spaces, commas, colons, quotes or brackets")
    return _taken(state, cluster, name)


def _taken(state: Labeling, cluster: Cluster, label: str) -> Labeling:
    labels = {**state.labels, **{item.text: label for item in cluster.items}}
    return replace(_next(state), labels=labels)


def _next(state: Labeling) -> Labeling:
    return replace(state, waiting=state.waiting[1:], naming=False, note="", before=state)


def _split(state: Labeling, cluster: Cluster) -> Labeling:
    if len(cluster.items) == 1:
        return replace(state, note="there is only one text")
    first, *others = cluster.items
    parts = (_part(cluster, first), *(_part(cluster, other) for other in others))
    return replace(state, waiting=(*parts, *state.waiting[1:]), note="", before=state)


def _part(cluster: Cluster, item: Item) -> Cluster:
    return replace(cluster, items=(item,))

"""New entries put into a knowledge base: by id, with what is new, changed, the same and gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from voicebot.core.knowledge import Entry


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of it."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    """All that the base has now: known ones in their order, then new ones."""
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    """In the base, but not among what came."""

    @property
    def is_any(self) -> bool:
        """Whether anything is new or changed."""
        return bool(self.new or self.changed)


def merged(
    old: Mapping[str, Entry], came: Mapping[str, Entry], *, remove_gone: bool = False
) -> Merged:
    """A changed entry gets the next version; what a table has no column for stays as it was:
    texts of other languages, label, recording, owner."""
    entries = dict(old)
    sorts: dict[str, list[str]] = {"new": [], "changed": [], "same": []}
    for name, entry in came.items():
        known = old.get(name)
        filled = entry if known is None else _filled(known, entry)
        if known is None:
            sorts["new"].append(name)
        elif replace(filled, version=known.version) == known:
            sorts["same"].append(name)
            continue
        else:
            sorts["changed"].append(name)
            filled = replace(filled, version=max(known.version + 1, entry.version))
        entries[name] = filled
    gone = tuple(name for name in old if name not in came)
    for name in gone if remove_gone else ():
        del entries[name]
    new, changed, same = (tuple(names) for names in sorts.values())
    return Merged(entries, new, changed, same, gone)


def _filled(known: Entry, entry: Entry) -> Entry:
    return replace(
        entry,
        questions={**known.questions, **entry.questions},
        answers={**known.answers, **entry.answers},
        labels={**known.labels, **entry.labels},
        owner=entry.owner or known.owner,
        recording=entry.recording or known.recording,
    )

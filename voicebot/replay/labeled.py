"""What callers really said and meant, put beside what was heard and understood."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from voicebot.core.record import Fact, FactKind
from voicebot.store.labels import INTENT, TEXT, Label


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something that the caller said, as it was taken and as it was."""

    number: int
    """Within the call, from 1."""
    seq: int
    """Of its `heard` fact."""
    at_ms: int
    heard: str
    confidence: float
    intent: str
    """As understood; empty where nothing was chosen."""
    slots: Mapping[str, str]
    labels: Mapping[str, str]
    """By `text`, `intent`, `slot:NAME`."""

    @property
    def text(self) -> str:
        """What was really said, as far as it is known."""
        return self.labels.get(TEXT, self.heard)


def utterances(facts: Sequence[Fact], labels: Iterable[Label] = ()) -> list[Utterance]:
    """All of a call, in order."""
    of_seq: dict[int, dict[str, str]] = {}
    for label in labels:
        of_seq.setdefault(label.seq, {})[label.what] = label.value
    heard = [fact for fact in facts if fact.kind is FactKind.HEARD]
    ends = [*(fact.seq for fact in heard[1:]), len(facts) + 1]
    return [
        _utterance(number, fact, facts, end, of_seq.get(fact.seq, {}))
        for number, (fact, end) in enumerate(zip(heard, ends, strict=False), 1)
    ]


def _utterance(
    number: int, fact: Fact, facts: Sequence[Fact], end: int, labels: Mapping[str, str]
) -> Utterance:
    kinds = (FactKind.UNDERSTOOD, FactKind.KEYED)
    after = (f for f in facts if fact.seq < f.seq < end and f.kind in kinds)
    meant = next(after, None)
    data = meant.data if meant is not None and meant.kind is FactKind.UNDERSTOOD else {}
    slots = {name: _value(value) for name, value in (data.get("slots") or {}).items()}
    return Utterance(
        number,
        fact.seq,
        int(fact.data.get("start_ms", fact.at_ms)),
        str(fact.data.get("text") or ""),
        float(fact.data.get("confidence") or 0),
        str(data.get("choice") or ""),
        slots,
        labels,
    )


def _value(value: object) -> str:
    return str(value.get("value", "") if isinstance(value, Mapping) else value)


def reference(facts: Sequence[Fact], labels: Sequence[Label]) -> str:
    """What the caller said in all, where somebody wrote down a part of it; else empty. What was
    not corrected counts as heard rightly."""
    if not any(label.what == TEXT for label in labels):
        return ""
    return " ".join(one.text for one in utterances(facts, labels) if one.text)


def examples(said: Iterable[Utterance]) -> Iterator[tuple[str, str]]:
    """(text, intent) of what was labeled with an intent: training data."""
    for one in said:
        intent = one.labels.get(INTENT, "")
        text = " ".join(one.text.split())
        if intent and text:
            yield text, intent

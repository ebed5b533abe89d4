"""What callers really said and meant, put beside what was heard and understood."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from voicebot.core.record import Fact, FactKind
from voicebot.nlu.intents.training_set import OUT_OF_SCOPE
from voicebot.replay.compare import Pair
from voicebot.replay.parcel import packed
from voicebot.replay.turns import Turn
from voicebot.store.labels import INTENT, SLOT, TEXT, Label


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


@packed
@dataclass(frozen=True, slots=True)
class Rightness:
    """How often what was taken is what people say it was."""

    labeled: int = 0
    then: int = 0
    now: int = 0

    def __add__(self, other: Rightness) -> Rightness:
        return Rightness(self.labeled + other.labeled, self.then + other.then, self.now + other.now)

    def as_json(self) -> dict[str, int]:
        """Plain values."""
        return {"labeled": self.labeled, "then": self.then, "now": self.now}


def rightness(pairs: Iterable[Pair], labels: Iterable[Label]) -> tuple[Rightness, Rightness]:
    """Of intents and of slots. What was labeled `oos` is right where nothing was understood; what
    the call does not come to any more is not."""
    of_seq = {pair.then.seq: pair for pair in pairs if pair.then is not None and pair.then.seq >= 0}
    intents = slots = Rightness()
    for label in labels:
        pair = of_seq.get(label.seq)
        then, now = (pair.then, pair.now) if pair is not None else (None, None)
        if label.what == INTENT:
            intents += Rightness(1, _meant(then, label.value), _meant(now, label.value))
        elif label.what.startswith(SLOT):
            name = label.what.removeprefix(SLOT)
            filled = (t is not None and t.slots.get(name, "") == label.value for t in (then, now))
            slots += Rightness(1, *map(int, filled))
    return intents, slots


def _meant(turn: Turn | None, intent: str) -> int:
    wanted = "" if intent == OUT_OF_SCOPE else intent
    return int(turn is not None and turn.by == "speech" and turn.intent == wanted)


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

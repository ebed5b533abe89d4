"""What callers did in a flow, from the journals in the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from voicebot.core.call import CallId, Outcome
from voicebot.core.record import Fact, FactKind
from voicebot.flow.diagram import Stats
from voicebot.store.calls import CallStore
from voicebot.store.opening import open_calls
from voicebot.store.query import CallFilter

_LEFT = (Outcome.HUNG_UP, Outcome.ABANDONED)


def walked(url: str, flow: str, calls: Sequence[str]) -> Stats:
    """The walks of the calls that are named (by how their ids begin), or of all of a flow's.

    Raises `CallError` for a call that is not there, `ConfigError` where there is no database.
    """
    store = open_calls(url)
    try:
        ids = [store.one(call) for call in calls] if calls else _of_flow(store, flow)
        return fold_walks(store.facts(call) for call in ids)
    finally:
        store.close()


def fold_walks(journals: Iterable[Iterable[Fact]]) -> Stats:
    """Visits, moves, and where callers hung up."""
    visits: Counter[str] = Counter()
    left: Counter[str] = Counter()
    moves: Counter[tuple[str, str]] = Counter()
    count = 0
    for facts in journals:
        count += 1
        at = ""
        for fact in facts:
            if fact.kind is FactKind.MOVED:
                node = str(fact.data.get("node", ""))
                visits[node] += 1
                if at:
                    moves[at, node] += 1
                at = node
            elif fact.kind is FactKind.ENDED and fact.data.get("outcome") in _LEFT:
                left[at] += 1
    return Stats(count, visits, left, moves)


def _of_flow(store: CallStore, flow: str) -> list[CallId]:
    return [cdr.call for cdr in store.every(CallFilter(flow=flow))]

"""Compiled expectations, kept for the nodes that calls come to again and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace

from voicebot.core.meaning import EMPTY, Expectation
from voicebot.nlu.scope import Narrow, Scope, prepare


class Scopes:
    """The last few hundred scopes.

    Found by identity first, as hashing a large menu costs more than matching; an equal
    expectation made anew is found by value.
    """

    def __init__(self, limit: int, narrow: Mapping[str, Narrow] | None = None) -> None:
        """`narrow` by language."""
        self._limit = limit
        self._narrow = narrow or {}
        self._by_id: OrderedDict[int, tuple[Expectation, Scope]] = OrderedDict()
        self._by_value: OrderedDict[Expectation, Scope] = OrderedDict()

    def get(self, expectation: Expectation) -> Scope:
        """The scope of `expectation`, compiled where it is new."""
        if expectation.filled:  # What callers gave is not kept here.
            expectation = replace(expectation, filled=EMPTY)
            scope = self._by_value.get(expectation) or self._prepared(expectation)
            return self._kept(expectation, scope)
        known = self._by_id.get(id(expectation))
        if known is not None:
            self._by_id.move_to_end(id(expectation))
            return known[1]
        scope = self._by_value.get(expectation) or self._prepared(expectation)
        self._by_id[id(expectation)] = (expectation, scope)
        return self._kept(expectation, scope)

    def _kept(self, expectation: Expectation, scope: Scope) -> Scope:
        self._by_value[expectation] = scope
        self._by_value.move_to_end(expectation)
        for cache in (self._by_id, self._by_value):
            if len(cache) > self._limit:
                cache.popitem(last=False)
        return scope

    def _prepared(self, expectation: Expectation) -> Scope:
        return prepare(expectation, self._narrow.get(expectation.language))

"""What one step tells of the caller: to the journal, to queues and to the customer's profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voicebot.core.customers import TagBy
from voicebot.core.meaning import Match
from voicebot.core.record import FactKind
from voicebot.flow.customers import Routing, routing_of, tags_due
from voicebot.flow.values import Value, written
from voicebot.flow.walk.saying import Saying


class Telling(Saying):
    """Notes what was understood, and puts tags."""

    def note_values(self, kind: FactKind, values: Mapping[str, Value]) -> None:
        """Add values by slot, secret ones only by their length."""
        self.note(kind, node=self.place, slots=self._open(values))

    def _open(self, values: Mapping[str, Value]) -> dict[str, str]:
        return {
            name: "*" * len(written(v)) if self.flow.is_secret(name) else written(v)
            for name, v in values.items()
        }

    def note_understood(
        self,
        match: Match,
        confidence: float,
        *,
        choice: str = "",
        slots: Mapping[str, Value] | None = None,
        runner_up: str = "",
    ) -> None:
        """Add what was understood; secret values only by their length."""
        self.note(
            FactKind.UNDERSTOOD,
            match=str(match),
            choice=choice,
            confidence=round(confidence, 3),
            slots=self._open(slots or {}),
            runner_up=runner_up,
        )

    def tag(self, tag: str, by: TagBy) -> None:
        """Put a tag on the call, and on the customer unless it is a node's."""
        if by is TagBy.NODE:
            self.note(FactKind.TAGGED, tag=tag)
            return
        customer = self.state.customer
        key = str(customer.get("id") or customer.get("number") or "")
        self.note(FactKind.TAGGED, tag=tag, by=by.value, customer=key)
        has = _tags(customer)
        if tag not in has:
            self.change(customer={**customer, "tags": [*has, tag]})

    def tag_by_rules(self) -> None:
        """Put the tags whose rules hold now."""
        rules, done = self.flow.settings.customers.tag_rules, self.state.ruled
        for tag in tags_due(rules, self._evaluate_rule, done) if rules else ():
            self.tag(tag, TagBy.RULE)
            self.change(ruled=self.state.ruled | {tag})

    def routing(self) -> Routing:
        """What the customer brings to a queue."""
        rules = self.flow.settings.customers.routing
        return routing_of(rules, self._evaluate_rule, self.state.customer)

    def _evaluate_rule(self, text: str) -> Any:
        """Rules are of the configuration: what a flow calls alike does not hide the profile."""
        own: dict[str, Any] = {"customer": dict(self.state.customer)}
        return self.evaluate(text, own)


def _tags(customer: Mapping[str, Value]) -> list[str]:
    tags = customer.get("tags")
    return [str(tag) for tag in tags] if isinstance(tags, list) else []

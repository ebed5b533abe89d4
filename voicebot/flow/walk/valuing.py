"""Values in one step: what names stand for, in expressions, texts and requests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from voicebot.flow.clock import CLOCK, clock_value
from voicebot.flow.expressions import Name, evaluate, parse
from voicebot.flow.templates import Mark, fill, parse_template
from voicebot.flow.values import Json, Value, into, plain, stored, typed, written
from voicebot.flow.walk.changing import Changing

_SINGLE_MARK = re.compile(r"\{[^{}]+\}")


class Valuing(Changing):
    """Reads and sets values."""

    def lookup(self, path: str) -> Value:
        """The value of a name in expressions and templates; None where it is missing."""
        head, *rest = path.split(".")
        if head == "call":
            return self._of_call(rest)
        value = self.state.values.get(head)
        if value is None:
            value = self._of_surroundings(head)
        return into(value, rest) if rest else value

    def _of_surroundings(self, name: str) -> Value:
        """The caller's profile and the clock; a slot or value of the flow's own hides them."""
        if name == "customer" and not self.flow.has(name):
            return dict(self.state.customer)
        if name in CLOCK and not self.flow.has(name):
            return clock_value(name, self.state.now)
        return None

    def _of_call(self, rest: list[str]) -> Value:
        known = {
            "caller": self.state.info.caller,
            "caller_name": self.state.info.caller_name,
            "called": self.state.info.called,
            "trunk": self.state.info.trunk,
            "language": self.state.language,
            "intent": self.state.intent,
        }
        return (known.get(rest[0]) or None) if len(rest) == 1 else None

    def evaluate(self, text: str, extra: Mapping[str, Json] | None = None) -> Any:
        """The value of an expression; `extra` names win. Raises `EvaluationError`."""

        def value_of(path: str) -> Any:
            head, *rest = path.split(".")
            if extra is not None and head in extra:
                return typed(into(extra[head], rest))
            return typed(self.lookup(path))

        return evaluate(parse(text), value_of)

    def value(self, text: str, extra: Mapping[str, Json] | None = None) -> Value:
        """The value of an expression as it is kept; a name alone gives the very value that it
        has. Raises `EvaluationError`."""
        tree = parse(text)
        if isinstance(tree, Name) and (extra is None or tree.path.split(".")[0] not in extra):
            return self.lookup(tree.path)
        return stored(self.evaluate(text, extra))

    def keep(self, values: Mapping[str, Any]) -> None:
        """Set values, such as expressions give them."""
        self.change(values={**self.state.values, **{n: stored(v) for n, v in values.items()}})

    def render(self, text: str) -> str:
        """A template with its values, secret ones hidden."""
        return fill(text, self._shown)

    def _shown(self, mark: Mark) -> str:
        value = written(self.flow.labeled(mark.name, self.lookup(mark.name)))
        return "*" * len(value) if self.flow.is_secret(mark.name) else value

    def render_json(self, value: Json) -> Json:
        """A body with its templates filled in; a text that is one mark becomes the value itself."""
        if isinstance(value, dict):
            return {key: self.render_json(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.render_json(item) for item in value]
        if not isinstance(value, str):
            return value
        if _SINGLE_MARK.fullmatch(value):
            (mark,) = parse_template(value)
            assert isinstance(mark, Mark)
            return plain(self.lookup(mark.name))
        return fill(value, lambda mark: written(self.lookup(mark.name)))

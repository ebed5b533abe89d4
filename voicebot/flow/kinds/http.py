"""http: the bot asks a back end; its answer decides."""

from __future__ import annotations

import hashlib
from typing import Any, Literal
from urllib.parse import quote

from pydantic import Field, model_validator

from voicebot.core.ports import BackendReply, BackendRequest
from voicebot.flow.base import (
    BackendName,
    DurationMs,
    Expression,
    NodeName,
    Prompts,
    Strict,
    Template,
    UrlTemplate,
)
from voicebot.flow.model import Name
from voicebot.flow.steps import Call, CallFailed, EngineFailed, Event, Replied
from voicebot.flow.templates import fill
from voicebot.flow.values import written
from voicebot.flow.walk import Kind, Walk


class HttpOutcomes(Strict):
    """Where the call goes, by what the back end answered."""

    ok: NodeName = Field(description="Status 200 to 299.")
    not_found: NodeName | None = Field(None, description="Status 404; `failed` if left out.")
    refused: NodeName | None = Field(
        None, description="Status 400 to 499 otherwise; `failed` if left out."
    )
    failed: NodeName | None = Field(
        None, description="No answer in time, or any other status; the flow's on_error if left out."
    )

    def of(self, status: int) -> tuple[str | None, str]:
        """(node, outcome) for a status."""
        if 200 <= status <= 299:
            return self.ok, "ok"
        if status == 404 and self.not_found:
            return self.not_found, "not_found"
        if 400 <= status <= 499 and self.refused:
            return self.refused, "refused"
        return self.failed, "failed"


class HttpNode(Kind):
    """The bot asks a back end; its answer decides."""

    kind: Literal["http"]
    backend: BackendName | None = Field(
        None, description="One of the flow's back ends; not needed where there is only one."
    )
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field(
        "GET", description="HTTP method."
    )
    url: UrlTemplate = Field(
        description="Path after the back end's base URL, from its slash; values are "
        "percent-encoded."
    )
    headers: dict[str, Template] = Field({}, description="Sent besides those of the back end.")
    body: Any = Field(
        None,
        description="JSON with templates; a text that is one `{name}` becomes the value itself.",
    )
    timeout: DurationMs = Field(8_000, ge=100, description="How long the answer may take (8s).")
    cover: Prompts = Field((), description="Said once when the answer is slow.")
    cover_after: DurationMs = Field(1_500, description="From when it counts as slow (1.5s).")
    save: dict[Name, Expression] = Field(
        {}, description="Values kept from an `ok` answer: expressions over `body` and `status`."
    )
    outcomes: HttpOutcomes = Field(description="Where the call goes.")

    @model_validator(mode="before")
    @classmethod
    def _mark_body(cls, data: Any) -> Any:
        return {**data, "body": _marked(data["body"])} if "body" in (data or {}) else data

    def enter(self, walk: Walk) -> None:
        """Send the request."""
        cover = tuple(walk.prompt(ref) for ref in self.cover)
        walk.call(Call(self._request(walk), cover, self.cover_after))

    def _request(self, walk: Walk) -> BackendRequest:
        backend = walk.flow.backends[self.backend or next(iter(walk.flow.backends))]
        path = fill(self.url, lambda mark: quote(written(walk.lookup(mark.name)), safe=""))
        headers = {**backend.headers, **self.headers}
        return BackendRequest(
            self.method,
            backend.url.rstrip("/") + path,
            {name: _header(walk, text) for name, text in headers.items()},
            walk.render_json(self.body),
            self.timeout,
            "" if self.method == "GET" else _idempotency_key(walk),
        )

    def take(self, walk: Walk, event: Event) -> None:
        """The answer, or none."""
        match event:
            case Replied(reply):
                self._answered(walk, reply)
            case CallFailed(reason):
                self._leave(walk, self.outcomes.failed, "failed", reason)
            case EngineFailed():
                self._leave(walk, self.outcomes.failed, "failed", "engine failed")
            case _:
                raise AssertionError(f"{type(event).__name__} is no answer of a back end")

    def _answered(self, walk: Walk, reply: BackendReply) -> None:
        node, outcome = self.outcomes.of(reply.status)
        if outcome == "ok":
            extra: dict[str, Any] = {"body": reply.body, "status": reply.status}
            for name, expression in self.save.items():
                walk.keep({name: walk.evaluate(expression, extra)})
        self._leave(walk, node, outcome, f"status {reply.status}")

    def _leave(self, walk: Walk, node: str | None, outcome: str, error: str) -> None:
        if node is None:
            walk.fail(f"back end: {error}")
        else:
            walk.go(node, outcome)


def _marked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _marked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_marked(item) for item in value]
    return Template(value) if isinstance(value, str) and value else value


def _header(walk: Walk, text: str) -> str:
    line = fill(text, lambda mark: written(walk.lookup(mark.name)))
    return "".join(char for char in line if char.isprintable())


def _idempotency_key(walk: Walk) -> str:
    """The same for the same request of the same call, so that a retry is no second payment."""
    state = walk.state
    seed = f"{state.info.sip_call_id}/{state.flow.version}/{state.node}/{state.steps}"
    return hashlib.sha256(seed.encode()).hexdigest()[:32]

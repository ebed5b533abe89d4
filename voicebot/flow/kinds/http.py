"""http: the bot asks a back end; its answer decides."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from voicebot.core.ports import BackendReply, BackendRequest
from voicebot.core.record import FactKind
from voicebot.flow.actions import Call
from voicebot.flow.base import (
    BackendName,
    DurationMs,
    Expression,
    HeaderTemplate,
    Name,
    NodeName,
    Prompts,
    QueryTemplate,
    Strict,
    Template,
    UrlTemplate,
    marked,
)
from voicebot.flow.events import CallFailed, EngineFailed, Event, Replied
from voicebot.flow.expressions import names, parse
from voicebot.flow.expressions.functions.function import NUMBER
from voicebot.flow.sending import address, backend_of, filled_in, headers, with_templates
from voicebot.flow.templates import Mark, parse_template
from voicebot.flow.walk import Kind, Walk


class HttpOutcomes(Strict):
    """Where the call goes, by what the back end answered."""

    ok: NodeName = Field(description="Status 200 to 299.")
    not_found: NodeName | None = Field(None, description="Status 404; `failed` if left out.")
    refused: NodeName | None = Field(
        None, description="Status 400 to 499 otherwise; `failed` if left out."
    )
    give_up: NodeName | None = Field(
        None, description="No answer within `give_up`, all attempts together; `failed` if left out."
    )
    failed: NodeName | None = Field(
        None,
        description="No answer in time, any other status, or not what is to be saved; the flow's "
        "on_error if left out.",
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

    figures: ClassVar[Mapping[str, str | None]] = {"body": None, "status": NUMBER}

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
    query: dict[str, QueryTemplate] = Field(
        {}, description="Parameters after the path; those without a value are left out."
    )
    headers: dict[str, HeaderTemplate] = Field(
        {},
        description="Sent besides those of the back end; `{secret:name}` is a secret of the "
        "configuration.",
    )
    form: dict[str, Template] | None = Field(
        None, description="Fields of an HTML form, in place of `body`."
    )
    body: Any = Field(
        None,
        description="JSON with templates; a text that is one `{name}` becomes the value itself.",
    )
    timeout: DurationMs = Field(
        8_000, ge=100, description="How long the answer to one attempt may take (8s)."
    )
    retries: int = Field(
        0,
        ge=0,
        le=5,
        description="Further attempts where none was answered, or by 408, 425, 429, 500, 502, 503 "
        "or 504. All carry the same Idempotency-Key, but for GET.",
    )
    backoff: DurationMs = Field(
        500,
        description="Pause before the second attempt, twice as long before each further (500ms).",
    )
    give_up: DurationMs = Field(
        30_000, ge=100, description="How long all attempts may take together (30s)."
    )
    cover: Prompts = Field((), description="Said when the answer is slow.")
    cover_after: DurationMs = Field(1_500, description="From when it counts as slow (1.5s).")
    cover_every: DurationMs | None = Field(
        None, ge=1_000, description="Said again after so long; once if left out."
    )
    save: dict[Name, Expression] = Field(
        {},
        description="Values kept from an `ok` answer: expressions over `body` and `status`. One "
        'that is missing makes the answer `failed`; `default(body.note, "")` for what may be.',
    )
    outcomes: HttpOutcomes = Field(description="Where the call goes.")

    @model_validator(mode="before")
    @classmethod
    def _mark_body(cls, data: Any) -> Any:
        is_marked = isinstance(data, dict) and "body" in data
        return {**data, "body": with_templates(data["body"])} if is_marked else data

    @model_validator(mode="after")
    def _sends_one_thing(self) -> Self:
        if self.body is not None and self.form is not None:
            raise ValueError("write `body` or `form`, not both")
        return self

    def gives(self) -> Mapping[str, Collection[str]]:
        """What is saved of an answer."""
        return {"ok": self.save.keys()}

    def enter(self, walk: Walk) -> None:
        """Send the request."""
        walk.wait(
            Call(
                self._request(walk),
                cover=tuple(walk.prompt(ref) for ref in self.cover),
                cover_after_ms=self.cover_after,
                cover_every_ms=self.cover_every or 0,
                retries=self.retries,
                backoff_ms=self.backoff,
                give_up_ms=self.give_up,
                keeps=self._keeps(walk),
            )
        )

    def _request(self, walk: Walk) -> BackendRequest:
        backend = backend_of(walk, self.backend)
        form = self.form
        return BackendRequest(
            self.method,
            address(walk, backend, self.url, self.query),
            headers(walk, backend, self.headers),
            walk.render_json(self.body),
            self.timeout,
            "" if self.method == "GET" else _idempotency_key(walk),
            None if form is None else {name: filled_in(walk, text) for name, text in form.items()},
        )

    def _keeps(self, walk: Walk) -> tuple[str, ...] | None:
        """Where a secret is sent or saved, only what is saved openly: the rest may tell of it."""
        is_secret = walk.flow.is_secret
        if not any(map(is_secret, (*self._names_sent, *self.save))):
            return None
        saved = [parse(text) for name, text in self.save.items() if not is_secret(name)]
        paths = [name.path for tree in saved for name in names(tree)]
        return tuple(path.removeprefix("body.") for path in paths if path.startswith("body."))

    @cached_property
    def _names_sent(self) -> frozenset[str]:
        """What has a value in the request."""
        sent = (text for _, text in marked(self) if isinstance(text, Template))
        marks = (mark for text in sent for mark in parse_template(text))
        return frozenset(mark.name for mark in marks if isinstance(mark, Mark))

    def take(self, walk: Walk, event: Event) -> None:
        """The answer, or none."""
        match event:
            case Replied(reply):
                self._answered(walk, reply)
            case CallFailed("give_up"):
                node = self.outcomes.give_up or self.outcomes.failed
                self._leave(walk, node, "give_up", "given up")
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
            found = {name: walk.evaluate(wanted, extra) for name, wanted in self.save.items()}
            if missing := [name for name, value in found.items() if value is None]:
                self._nonsense(walk, missing)
                return
            walk.keep(found)
        self._leave(walk, node, outcome, f"status {reply.status}")

    def _nonsense(self, walk: Walk, missing: list[str]) -> None:
        """A sign-in page with status 200, say: nothing is told of what is not there."""
        error = f"the answer lacks {', '.join(missing)}"
        if self.outcomes.failed is not None:
            walk.note(FactKind.FAILED, what="back end", error=error)
        self._leave(walk, self.outcomes.failed, "failed", error)

    def _leave(self, walk: Walk, node: str | None, outcome: str, error: str) -> None:
        if node is None:
            walk.fail(f"back end: {error}")
        else:
            walk.go(node, outcome)


def _idempotency_key(walk: Walk) -> str:
    """The same for the same request of the same call, so that a retry is no second payment."""
    state = walk.state
    seed = f"{state.info.sip_call_id}/{state.flow.version}/{state.node}/{state.steps}"
    return hashlib.sha256(seed.encode()).hexdigest()[:32]

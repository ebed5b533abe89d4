"""notify: others are told."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from voicebot.core.afterwards import Mail, Webhook
from voicebot.flow.actions import Notify
from voicebot.flow.base import (
    BackendName,
    HeaderTemplate,
    KeptTemplate,
    Name,
    NodeName,
    SecretName,
    Strict,
    UrlTemplate,
)
from voicebot.flow.sending import address, backend_of, filled_in, headers, with_templates
from voicebot.flow.values import written
from voicebot.flow.walk import Kind, Walk

Address = Annotated[str, Field(pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$", max_length=254)]
"""Of a mailbox: `desk@example.org`."""


def _to_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class WebhookModel(Strict):
    """A POST of JSON to one of the flow's back ends."""

    backend: BackendName | None = Field(
        None, description="One of the flow's back ends; not needed where there is only one."
    )
    url: UrlTemplate = Field(description="Path after the back end's base URL, from its slash.")
    headers: dict[str, HeaderTemplate] = Field(
        {}, description="Sent besides those of the back end."
    )
    body: Any = Field(
        description="JSON with templates; a text that is one `{name}` becomes the value itself."
    )
    secret: SecretName | None = Field(
        None, description="A secret of the configuration that signs it, as Standard Webhooks says."
    )

    @model_validator(mode="before")
    @classmethod
    def _mark_body(cls, data: Any) -> Any:
        is_marked = isinstance(data, dict) and "body" in data
        return {**data, "body": with_templates(data["body"], KeptTemplate)} if is_marked else data


class MailModel(Strict):
    """A mail of plain text, by the configured server."""

    to: Annotated[
        tuple[Address, ...], BeforeValidator(_to_list, json_schema_input_type=str | list[str])
    ] = Field(min_length=1, description="Addresses.")
    subject: KeptTemplate = Field(description="One line; values may stand in it.")
    text: KeptTemplate = Field(description="What it says; values may stand in it.")
    attach: tuple[Name, ...] = Field(
        (), description="Names that hold messages (`save` of a record node), sent along."
    )


class NotifyNode(Kind):
    """Others are told, by webhook or mail. The call does not wait for it: what does not arrive is
    tried again for two days.

    A secret slot may not be in it, because it is kept until it is delivered.
    """

    kind: Literal["notify"]
    webhook: WebhookModel | None = Field(None, description="A POST of JSON.")
    mail: MailModel | None = Field(None, description="A mail.")
    to: NodeName = Field(description="The next node.")

    @model_validator(mode="after")
    def _tells_somebody(self) -> Self:
        if self.webhook is None and self.mail is None:
            raise ValueError("write `webhook` or `mail`, or both")
        return self

    def enter(self, walk: Walk) -> None:
        """Tell them."""
        if self.webhook is not None:
            walk.notify(Notify(self._webhook(walk, self.webhook)))
        if self.mail is not None:
            walk.notify(Notify(self._mail(walk, self.mail)))
        walk.go(self.to, "told")

    def _webhook(self, walk: Walk, spec: WebhookModel) -> Webhook:
        backend = backend_of(walk, spec.backend)
        return Webhook(
            address(walk, backend, spec.url),
            walk.render_json(spec.body),
            headers(walk, backend, spec.headers),
            spec.secret or "",
        )

    def _mail(self, walk: Walk, spec: MailModel) -> Mail:
        files = (written(walk.lookup(name)) for name in spec.attach)
        subject = " ".join(filled_in(walk, spec.subject).split())
        text = filled_in(walk, spec.text)
        return Mail(spec.to, subject, text, tuple(file for file in files if file))

"""A webhook, signed as Standard Webhooks says (https://www.standardwebhooks.com, version 1.0)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from voicebot.core.afterwards import Webhook
from voicebot.core.errors import EngineError
from voicebot.core.ports import Backend, BackendRequest
from voicebot.web.backend import body_bytes

TIMEOUT_MS = 20_000
"""The specification advises 15 to 30 s."""
GONE = 410
"""The receiver wants no more of them."""


class WebhookRefused(EngineError):
    """The receiver is gone for good."""


async def post(
    webhook: Webhook, notice_id: str, now_s: int, backend: Backend, secrets: Mapping[str, str]
) -> None:
    """Deliver it; `now_s` is the time of this attempt (Unix). Raises `EngineError`."""
    headers = {**webhook.headers, "webhook-id": notice_id, "webhook-timestamp": str(now_s)}
    request = BackendRequest("POST", webhook.url, headers, webhook.body, TIMEOUT_MS, notice_id)
    if webhook.secret:
        if webhook.secret not in secrets:
            raise EngineError(f"webhook: there is no secret {webhook.secret}")
        content = body_bytes(request) or b""
        signed = signature(secrets[webhook.secret], notice_id, now_s, content)
        headers["webhook-signature"] = signed
    reply = await backend.request(request)
    if reply.status == GONE:
        raise WebhookRefused("webhook: the receiver answered 410")
    if not 200 <= reply.status < 300:
        raise EngineError(f"webhook: the receiver answered {reply.status}")


def signature(secret: str, notice_id: str, now_s: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 over `id.timestamp.body`. A secret that begins with `whsec_` is
    Base64, as the specification has it; any other is taken as it is."""
    key = secret.encode()
    if secret.startswith("whsec_"):
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            raise EngineError("webhook: what follows whsec_ in the secret is not Base64") from None
    content = f"{notice_id}.{now_s}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()

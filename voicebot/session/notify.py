"""A notice goes into the outbox; the call waits for nothing."""

from __future__ import annotations

from voicebot.core.afterwards import Mail, Notice
from voicebot.core.record import FactKind
from voicebot.flow.actions import Notify
from voicebot.session.context import Context


def notify(context: Context, action: Notify) -> None:
    """Put it there. Where there is no outbox, the journal says so."""
    context.notices += 1
    notice = Notice(f"msg_{context.id}_{context.notices}", context.id, action.message)
    channel = "mail" if isinstance(action.message, Mail) else "webhook"
    if context.services.outbox is None:
        context.pen.write(FactKind.FAILED, what="notify", error="there is no outbox here")
        return
    context.services.outbox.put(notice)
    context.pen.write(FactKind.NOTIFIED, id=notice.id, channel=channel)

"""A callback is noted down: its number judged at once, durable before the caller is told."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from voicebot.core.afterwards import CallbackOutcome, CallbackRequest, Callbacks
from voicebot.core.call import CallId
from voicebot.core.errors import EngineError
from voicebot.core.queueing import Place
from voicebot.core.record import FactKind
from voicebot.flow.actions import Enqueue, RequestCallback
from voicebot.flow.events import CallbackEnded
from voicebot.session.context import Context

PATIENCE_MS = 3_000
"""A store that takes longer has failed: no dead air."""


async def request_callback(
    context: Context, action: RequestCallback, *, gone: bool = False
) -> CallbackEnded:
    """Note it down. `gone`: the caller hung up, and nobody waits. Raises `LegGone`."""
    if not context.services.dialable(action.number):
        outcome = CallbackOutcome.INVALID
    else:
        outcome = await _store(context, action, gone=gone)
    context.pen.write(
        FactKind.CALLBACK,
        queue=action.queue,
        outcome=outcome,
        not_before=action.not_before,
    )
    return CallbackEnded(outcome)


async def _store(context: Context, action: RequestCallback, *, gone: bool) -> CallbackOutcome:
    store = context.services.callbacks
    if store is None:
        return CallbackOutcome.FAILED
    try:
        adding = _add(context, store, _request(context, action))
        if gone:
            await adding
            return CallbackOutcome.ACCEPTED
        work = context.tasks.start(adding, "callback")
        until_ms = context.line.now_ms + PATIENCE_MS
        while not work.done and context.line.now_ms < until_ms:
            await context.line.frame()
        if not work.done:
            return CallbackOutcome.FAILED
        work.result()
    except (EngineError, ValueError):
        return CallbackOutcome.FAILED
    return CallbackOutcome.ACCEPTED


async def _add(context: Context, store: Callbacks, request: CallbackRequest) -> None:
    await store.add(request)
    keep, directory = context.services.keep_place, context.directory
    if keep is None or request.queue not in directory.router.queues:
        return
    unasked = directory.now_ms(), Enqueue(request.queue)
    joined_ms, wish = context.joined.get(request.queue, unasked)
    when = request.not_before
    not_before_ms = round(when.timestamp() * 1000) if when is not None else 0
    place = Place(
        CallId(request.id),
        context.id,
        request.queue,
        request.number,
        wish.priority,
        wish.skills,
        wish.preferred,
    )
    with suppress(EngineError):  # It will have one soon, as old as the request.
        await keep(place, joined_ms, not_before_ms)


def _request(context: Context, action: RequestCallback) -> CallbackRequest:
    """Raises `ValueError` for a time that is none."""
    not_before = datetime.fromisoformat(action.not_before) if action.not_before else None
    if not_before is not None and not_before.tzinfo is None:
        not_before = not_before.replace(tzinfo=context.services.zone)
    context.notices += 1
    return CallbackRequest(
        f"{context.id}-callback-{context.notices}",
        context.id,
        action.queue,
        action.number,
        context.services.clock(),
        not_before.astimezone(UTC) if not_before else None,
    )

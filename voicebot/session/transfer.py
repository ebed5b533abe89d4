"""Blind transfer: the caller's own phone is asked to call somebody else (REFER, RFC 3515)."""

from __future__ import annotations

from voicebot.core.errors import CallError, LegGone
from voicebot.core.ports import ReferProgress
from voicebot.core.queueing import TransferOutcome
from voicebot.core.record import FactKind
from voicebot.session.context import Context

GIVE_UP_MS = 40_000
"""A far end that never says how the transfer went is given up after this."""


async def transfer(context: Context, target: str) -> TransferOutcome:
    """Send the caller to `target`. Raises `LegGone` when the caller hangs up first."""
    line = context.line
    uri = context.services.destinations.get(target, target)
    line.refer = None
    outcome, code = TransferOutcome.FAILED, 0
    try:
        await line.leg.refer(uri)
        progress = await _result(context)
        outcome, code = _outcome_of(progress), progress.code if progress else 0
    except LegGone:
        # A phone that was told of success may hang up before its last NOTIFY is read.
        if line.refer is not None and 200 <= line.refer.code < 300:
            outcome, code = TransferOutcome.DONE, line.refer.code
        else:
            outcome = TransferOutcome.CANCELED
        raise
    except CallError:
        outcome = TransferOutcome.DECLINED
    finally:
        context.transferred = context.transferred or outcome is TransferOutcome.DONE
        context.pen.write(
            FactKind.TRANSFERRED,
            target=target if target in context.services.destinations else "",
            outcome=outcome,
            code=code,
            talk_ms=0,
        )
    return outcome


async def _result(context: Context) -> ReferProgress | None:
    line = context.line
    deadline_ms = line.now_ms + GIVE_UP_MS
    while line.now_ms < deadline_ms:
        if line.refer is not None and line.refer.final:
            return line.refer
        await line.frame()
    return None


def _outcome_of(progress: ReferProgress | None) -> TransferOutcome:
    if progress is None:
        return TransferOutcome.FAILED
    if 200 <= progress.code < 300:
        return TransferOutcome.DONE
    return {
        486: TransferOutcome.BUSY,
        600: TransferOutcome.BUSY,
        408: TransferOutcome.NO_ANSWER,
        480: TransferOutcome.NO_ANSWER,
        487: TransferOutcome.NO_ANSWER,
        403: TransferOutcome.DECLINED,
        603: TransferOutcome.DECLINED,
    }.get(progress.code, TransferOutcome.FAILED)

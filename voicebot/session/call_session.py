"""A call, from its first ring to its last hang-up."""

from __future__ import annotations

import asyncio
import logging

from voicebot.core.audio import FRAME_MS
from voicebot.core.call import CallId, CallState, EndedBy, LegState, Outcome
from voicebot.core.errors import LegGone, VoicebotError
from voicebot.core.personal import Personal
from voicebot.core.ports import Leg
from voicebot.core.record import FactKind
from voicebot.core.turn import BargeIn
from voicebot.flow.flow import Flow
from voicebot.flow.rejecting import rejection
from voicebot.session.context import Context, Services
from voicebot.session.customer import Caller
from voicebot.session.dialogue import converse, say
from voicebot.session.directory import Directory
from voicebot.session.on_record import Ending, answered, opened, wound_up
from voicebot.session.returning import Returning
from voicebot.session.tasks import Tasks

log = logging.getLogger(__name__)

APOLOGY_MS = 8_000
"""The longest that a failing call's apology may take."""


class _Rejected(Exception):
    """The call is turned away."""


class CallSession:
    """One call. `run` reads like its life; when it returns, nothing of the call is left."""

    def __init__(
        self, leg: Leg, flow: Flow, services: Services, directory: Directory, call: CallId
    ) -> None:
        self._leg = leg
        self._flow = flow
        self._services = services
        self._directory = directory
        self._call = call

    async def run(self) -> None:
        """Serve the call."""
        async with asyncio.TaskGroup() as group:
            tasks = Tasks(group)
            context = opened(self._call, self._leg, self._services, self._directory, tasks)
            self._directory.enter(self._call)
            try:
                await self._serve(context)
            finally:
                self._directory.leave(self._call)
                tasks.cancel()

    async def _serve(self, context: Context) -> None:
        self._write_rang(context)
        if self._services.setup:
            context.pen.write(FactKind.SETUP, **self._services.setup)
        caller = Personal(self._leg.info.caller)
        log.info(
            "call began", extra={"call": self._call, "flow": self._flow.name, "caller": caller}
        )
        ending = Ending(EndedBy.SYSTEM, Outcome.FAILED)
        who, returning = Caller(context), Returning(context)
        try:
            await self._answer(context, who, returning)
            hang_up = await converse(context, self._flow, who, returning)
            ending = Ending(EndedBy.BOT, _outcome(context, hang_up.outcome), hang_up.reason)
        except _Rejected:
            ending = Ending(EndedBy.BOT, Outcome.REFUSED, "rejected")
        except LegGone:
            ending = Ending(EndedBy.CALLER, _outcome(context, _when_caller_left(context)))
        except VoicebotError as error:
            context.pen.write(FactKind.FAILED, what="call", error=str(error))
            await _apologize(context, self._flow.language)
        except Exception as error:
            # A fault of ours: this call says sorry and ends, the others go on.
            log.exception("call failed", extra={"call": self._call})
            context.pen.write(FactKind.FAILED, what="call", error=type(error).__name__)
            await _apologize(context, self._flow.language)
        finally:
            returning.close()
            await self._end(context, ending)

    async def _answer(self, context: Context, who: Caller, returning: Returning) -> None:
        await self._before_answer(context, who, returning)
        await self._leg.answer()
        served_by = {
            "flow": self._flow.name,
            "flow_version": self._flow.version,
            "flows": {f.name: f.version for f in (self._flow.library or {}).values()},
            "knowledge": self._flow.knowledge_versions(),
            "language": self._flow.language,
        }
        answered(context, served_by)
        who.look_up()

    async def _before_answer(self, context: Context, who: Caller, returning: Returning) -> None:
        """Turn it away, or let it ring, and say what the flow wants said before the answer."""
        await self._reject()
        if self._flow.reads_customer:
            who.look_up()
        returning.look_up()
        self._leg.ring()
        # There is no sound yet whose time would pass, so this is the one wait by the clock.
        for _ in range(self._flow.file.before_answer.ring // FRAME_MS):
            await asyncio.sleep(FRAME_MS / 1000)
            if self._leg.state is LegState.DISCONNECTED:
                raise LegGone("the caller hung up while it rang")
        await who.in_time()
        await returning.in_time()
        self._flow = self._flow.in_language(who.language_of(self._flow))
        if early := self._flow.early_prompts():
            await self._leg.early_media()
            await say(context, [(prompt, BargeIn.NONE) for prompt in early])

    async def _reject(self) -> None:
        """Raises `_Rejected` for a call that the flow does not answer."""
        services = self._services
        now = services.clock().astimezone(services.zone)
        found = rejection(self._flow, self._leg.info, now)
        if found is None:
            return
        if found.redirect is None:
            await self._leg.hang_up(found.code)
        else:
            target = str(found.redirect)
            await self._leg.redirect(services.destinations.get(target, target))
        raise _Rejected

    async def _end(self, context: Context, ending: Ending) -> None:
        await wound_up(context, ending)
        said = {"outcome": ending.outcome.value, "by": ending.by.value, "node": context.node}
        log.info("call ended", extra={"call": self._call, "ms": context.line.now_ms, **said})

    def _write_rang(self, context: Context) -> None:
        info = self._leg.info
        context.pen.write(
            FactKind.RANG,
            caller=info.caller,
            caller_name=info.caller_name,
            called=info.called,
            source=info.source,
            trunk=info.trunk,
            diversion=info.diversion,
            user_to_user=info.user_to_user,
            sip_call_id=info.sip_call_id,
        )


async def _apologize(context: Context, language: str) -> None:
    """Say sorry by the words that need no engine, so that the line does not just go dead."""
    leg, line = context.line.leg, context.line
    if context.state is CallState.RINGING or line.ended is not None:
        return
    context.speaker.stop()
    leg.flush()
    leg.play(context.services.voice.fallback(language, leg.rate))
    until_ms = line.now_ms + APOLOGY_MS
    try:
        while leg.pending_ms and line.now_ms < until_ms:
            await line.frame()
    except LegGone:
        return


def _when_caller_left(context: Context) -> Outcome:
    if context.state in (CallState.QUEUED, CallState.OFFERED):
        return Outcome.ABANDONED
    return context.completed or Outcome.HUNG_UP


def _outcome(context: Context, otherwise: Outcome) -> Outcome:
    """What counts most of all that happened in the call."""
    if context.bridged:
        return Outcome.HANDLED
    if context.transferred:
        return Outcome.TRANSFERRED
    if context.queued and otherwise in (Outcome.CONTAINED, Outcome.FAILED):
        return Outcome.UNSERVED
    return otherwise

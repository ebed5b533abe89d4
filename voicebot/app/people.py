"""Queues, agents and supervisors: what of them is kept, and by which doors they come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial
from uuid import uuid4

from voicebot.config import Settings
from voicebot.config.settings import HotlineFile
from voicebot.core.afterwards import CallbackResult, DueCallback
from voicebot.core.call import CallId
from voicebot.core.call_context import context_of
from voicebot.core.queueing import Place
from voicebot.queueing.router import Router
from voicebot.session.agent_desk import AgentDesk
from voicebot.session.callback_call import CallbackCall
from voicebot.session.calling_back import CallingBack
from voicebot.session.colleagues import ColleagueDoor
from voicebot.session.context import Services
from voicebot.session.directory import Directory
from voicebot.session.star_agents import agent_handlers
from voicebot.session.star_call import StarDoor
from voicebot.session.star_proof import Pins
from voicebot.session.star_supervisors import supervisor_handlers
from voicebot.session.supervisor_desk import SupervisorDesk
from voicebot.store.opening import Store
from voicebot.store.resume_book import ResumeBook
from voicebot.tts.voice import PromptVoice
from voicebot.web.office import Office

KeepPlace = Callable[[Place, int, int], Awaitable[None]]
"""See `Services.keep_place`."""


def star_door(
    settings: Settings,
    agents: AgentDesk,
    supervisors: SupervisorDesk,
    voice: PromptVoice,
    store: Store,
) -> StarDoor:
    """What agents' phones may call. A trunk's word for its callers counts where it is trusted."""
    hotline = settings.hotline
    return StarDoor(
        hotline.star_codes,
        {agent.name: agent for agent in hotline.agents},
        {**agent_handlers(agents), **supervisor_handlers(supervisors)},
        voice,
        store.audit,
        Pins(lambda: round(time.monotonic() * 1000)),
        _trusted_hosts(settings),
    )


def colleague_door(settings: Settings, directory: Directory) -> ColleagueDoor:
    """By which agents' phones call each other about a caller."""
    return ColleagueDoor(
        directory,
        {agent.name: agent for agent in settings.hotline.agents},
        _trusted_hosts(settings),
    )


def _trusted_hosts(settings: Settings) -> dict[str, str]:
    """Of trunks whose word for a caller's identity is taken, by name."""
    return {trunk.name: trunk.host for trunk in settings.sip.trunks if trunk.trust_identity}


async def shared_queues(
    store: Store, hotline: HotlineFile, draining: Callable[[], bool], stack: AsyncExitStack
) -> Directory:
    """The queues as the database has them, and this node among those who serve them."""
    share, keeper = store.queue_share(hotline.queues, hotline.agents, draining)
    share.kept_ms = hotline.calls.resume_within_s * 1000
    router = Router(hotline.queues, hotline.agents, share)
    await asyncio.to_thread(share.open)
    await asyncio.to_thread(share.learn_all, router)
    directory = Directory(router, share.now_ms)
    stack.callback(share.close)
    share.join(router, directory.dispatcher.changed)
    stack.callback(keeper.close)
    keeper.start()
    return directory


def place_keeper(store: Store, hotline: HotlineFile) -> KeepPlace | None:
    """What keeps the places of callbacks; None where they are worked off by hand."""
    if not hotline.callbacks.automatic:
        return None
    places = store.queue_store(hotline.queues, hotline.agents)

    async def keep(place: Place, joined_ms: int, not_before_ms: int) -> None:
        keeping = partial(places.keep_callback, joined_ms=joined_ms, not_before_ms=not_before_ms)
        await asyncio.to_thread(keeping, place)

    return keep


def callbacks_dialed(
    store: Store, hotline: HotlineFile, services: Services, directory: Directory
) -> CallingBack | None:
    """Who dials callbacks; None where they are worked off by hand."""
    plan = hotline.callbacks
    if not plan.automatic:
        return None

    async def call(due: DueCallback, served: Callable[[], None]) -> CallbackResult:
        earlier = context_of(await asyncio.to_thread(store.calls.facts, due.call))
        id = CallId(uuid4().hex)
        return await CallbackCall(due, plan, services, directory, id, earlier, served).run()

    return CallingBack(
        directory,
        store.queue_store(hotline.queues, hotline.agents),
        store.callbacks.settle,
        call,
        plan,
        clock=lambda: datetime.now(services.zone),
        dialable=services.dialable,
    )


async def resume_book(
    store: Store, hotline: HotlineFile, stack: AsyncExitStack
) -> ResumeBook | None:
    """Where it is kept how far calls have come; None where nobody may go on with one."""
    within_ms = hotline.calls.resume_within_s * 1000
    if not within_ms:
        return None
    book = store.resume_book(hotline.queues, hotline.agents, within_ms=within_ms)
    await asyncio.to_thread(book.open)
    stack.callback(book.close)
    return book


def agents_office(
    settings: Settings,
    store: Store,
    agents: AgentDesk,
    supervisors: SupervisorDesk,
    directory: Directory,
) -> Office:
    """What the console knows of agents."""
    return Office(
        agents,
        supervisors,
        directory,
        store.calls,
        store.dispositions,
        store.audit,
        settings.hotline.desk,
    )

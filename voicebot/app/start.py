"""A node is built: every adapter, joined to the sessions."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace

from voicebot.app.announcing import Announce, say_where
from voicebot.app.back_end import back_end
from voicebot.app.call_services import call_services
from voicebot.app.callbacks_announced import callbacks_announced
from voicebot.app.console import serving_console
from voicebot.app.customers import customer_registry
from voicebot.app.desks import flow_and_model_desks
from voicebot.app.duty import Duty
from voicebot.app.engines import load_engines, time_zone
from voicebot.app.node import Node
from voicebot.app.people import (
    agents_office,
    callbacks_dialed,
    colleague_door,
    shared_queues,
    star_door,
)
from voicebot.config import Settings
from voicebot.config.surroundings import database_url
from voicebot.observe.node import Parts
from voicebot.publishing.board import FlowBoard, serving_text
from voicebot.session.agent_desk import AgentDesk
from voicebot.session.supervisor_desk import SupervisorDesk
from voicebot.sip.endpoint import SipEndpoint
from voicebot.store.opening import Store, open_store
from voicebot.store.recordings import Recordings
from voicebot.store.settings import RecordingSettings, StoreSettings
from voicebot.web.lapses import watching
from voicebot.web.office import Office


async def start_node(settings: Settings, stack: AsyncExitStack, announce: Announce) -> Node:
    """Build everything, the line last but for the console, which asks it how it is: a node that
    rings is ready. What must be closed is left to `stack`. Raises `ConfigError`, `EngineError`."""
    duty = Duty()
    store, recordings = _opened_store(settings, stack), _opened_recordings(settings, stack)
    backend = await back_end(settings, store, stack, announce)
    engines = await load_engines(settings, stack, announce)
    line = SipEndpoint(settings.sip)
    services = await call_services(settings, store, recordings, backend, engines, line, stack)
    directory = await shared_queues(store, settings.hotline, lambda: duty.draining, stack)
    calling_back = callbacks_dialed(store, settings.hotline, services, directory)
    flows, models = flow_and_model_desks(settings, store, engines)
    agents = AgentDesk(directory, store.audit)
    supervisors = SupervisorDesk(directory, store.audit)
    stars = star_door(settings, agents, supervisors, engines.voice, store)
    colleagues = colleague_door(settings, directory)
    node = Node(
        settings,
        duty,
        line,
        services,
        directory,
        flows,
        models,
        stars,
        colleagues,
        calling_back,
    )
    duty.heed_signals(read_flows=flows.read_folder)
    await stack.enter_async_context(line)
    parts = Parts(
        line=line,
        capacity=settings.sip.most_legs,
        draining=lambda: duty.draining,
        asr=engines.recognizer.pool,
        tts=engines.voice.workers,
        journal=store.journal,
        directory=directory,
    )
    board = FlowBoard(flows, store.versions, models)
    office = agents_office(settings, store, agents, supervisors, directory)
    await _open_console(settings, store, parts, board, office, stack, announce)
    library = settings.serving.library
    announce(f"Flows    {serving_text(library)}")
    if said := callbacks_announced(library.every(), settings.hotline.callbacks, settings.sip):
        announce(said)
    say_where(settings, line, announce)
    return node


def _opened_store(settings: Settings, stack: AsyncExitStack) -> Store:
    hotline = settings.hotline
    kept = StoreSettings(folder=settings.data, endpoints=hotline.webhooks)
    if hotline.node:
        kept = replace(kept, node=hotline.node)
    store = open_store(database_url(hotline, settings.data), kept)
    stack.callback(store.close)
    return store


def _opened_recordings(settings: Settings, stack: AsyncExitStack) -> Recordings:
    recordings = Recordings(RecordingSettings(folder=settings.data / "recordings"))
    stack.callback(recordings.close)
    return recordings


async def _open_console(
    settings: Settings,
    store: Store,
    parts: Parts,
    board: FlowBoard,
    office: Office,
    stack: AsyncExitStack,
    announce: Announce,
) -> None:
    """The console, and the watch over escalations that nobody has taken."""
    registry = customer_registry(settings, store, time_zone(settings))
    await stack.enter_async_context(watching(registry.escalations))
    console = serving_console(settings, store, parts, board, announce, office, registry)
    await stack.enter_async_context(console)

"""The only place where adapters are built and joined: one node, from its start to its stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import uuid4
from zoneinfo import ZoneInfo

from voicebot import asr, nlu, vad
from voicebot.asr.recognizer import PooledRecognizer
from voicebot.audio.hold_music import hold_music
from voicebot.audio.resample import resample
from voicebot.audio.wav import read_wav
from voicebot.config import Settings
from voicebot.config.in_effect import setup, with_intents
from voicebot.config.secret_files import read_secrets
from voicebot.config.settings import HotlineFile
from voicebot.config.surroundings import database_url
from voicebot.core.afterwards import CallbackResult, DueCallback
from voicebot.core.audio import Pcm
from voicebot.core.call import CallId
from voicebot.core.errors import ConfigError, DialRefused, EngineError
from voicebot.core.ports import Backend, Leg
from voicebot.core.queueing import Place
from voicebot.customers.csv_file import CsvCustomers
from voicebot.customers.lookup import Asking, Blocking, CustomerLookup, Threads
from voicebot.customers.profile import profile_of
from voicebot.customers.rest import RestCustomers
from voicebot.customers.settings import CustomerSettings, Source
from voicebot.flow.state import Flow
from voicebot.observe.follow import Taker, following
from voicebot.observe.metrics import Metrics
from voicebot.observe.monitor import NodeMonitor
from voicebot.observe.node import Parts
from voicebot.observe.tracing import tracing
from voicebot.prompts.agent_phrases import every_agent_prompt
from voicebot.prompts.catalogue import Catalogue
from voicebot.publishing.board import FlowBoard, serving_text
from voicebot.publishing.desk import FlowDesk
from voicebot.publishing.kept import keep_versions
from voicebot.publishing.library import Library
from voicebot.publishing.models import ModelDesk, Serving
from voicebot.publishing.ready import make_heard, make_ready
from voicebot.queueing.router import Router
from voicebot.session.agent_desk import AgentDesk
from voicebot.session.call_session import CallSession
from voicebot.session.callback_call import CallbackCall
from voicebot.session.calling_back import CallingBack
from voicebot.session.context import Services
from voicebot.session.directory import Directory
from voicebot.session.star_agents import agent_handlers
from voicebot.session.star_call import Handler, StarDoor
from voicebot.session.star_proof import Pins
from voicebot.session.star_supervisors import supervisor_handlers
from voicebot.session.supervisor_desk import SupervisorDesk
from voicebot.sip.destinations import route
from voicebot.sip.endpoint import SipEndpoint
from voicebot.sip.settings import SipSettings
from voicebot.store.customer_query import SqlCustomers
from voicebot.store.erasing import Erased
from voicebot.store.opening import Store, open_eraser, open_store
from voicebot.store.recordings import Recordings
from voicebot.store.resume_book import ResumeBook
from voicebot.store.settings import RecordingSettings, StoreSettings
from voicebot.tts import voice as tts
from voicebot.tts.voice import PromptVoice
from voicebot.web.app import create_app
from voicebot.web.backend import HttpBackend
from voicebot.web.delivery import Delivery, delivering
from voicebot.web.demo_bank import create_app as create_demo_bank
from voicebot.web.lapses import watching
from voicebot.web.office import Office
from voicebot.web.registry import Registry
from voicebot.web.server import start_server
from voicebot.web.starting import starting

log = logging.getLogger(__name__)

T = TypeVar("T")

Announce = Callable[[str], None]
"""Where lines for the person at the terminal go."""

SAMPLE_CALL = '--say "I lost my card" --dtmf 4321 --say "no thank you" --say goodbye'
"""A call that the sample bank serves to its end."""

PATIENCE_S = 2.0
"""A step of the start that takes longer says what it is."""


async def serve(settings: Settings, announce: Announce) -> None:
    """Run one node until SIGTERM or SIGINT. Raises `ConfigError` where it cannot start."""
    asyncio.get_running_loop().set_exception_handler(_log_fault)
    async with AsyncExitStack() as stack:
        node = await _start(settings, stack, announce)
        # What is there now stays: looking through all of it again and again holds up the calls.
        gc.collect()
        gc.freeze()
        await node.run()
    announce("Stopped.")


def _log_fault(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """asyncio's own report quotes tasks and exceptions, which may hold what a caller said."""
    error = context.get("exception")
    log.error("fault in a task", exc_info=error, extra={"what": context.get("message", "")})


class Node:
    """One node while it serves."""

    def __init__(
        self,
        settings: Settings,
        line: SipEndpoint,
        services: Services,
        directory: Directory,
        desk: FlowDesk,
        models: ModelDesk,
        stars: StarDoor,
        calling_back: CallingBack | None,
    ) -> None:
        self._settings = settings
        self._models = models
        self._stars = stars
        self._calling_back = calling_back
        self._desk = desk
        self._line = line
        self._services = services
        self._directory = directory
        self._sessions: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self.draining = False

    async def run(self) -> None:
        """Serve calls until told to stop, then drain."""
        async with asyncio.TaskGroup() as calls:
            accepting = calls.create_task(self._accept(calls), name="accept")
            preparing = calls.create_task(self._prepare(), name="prepare")
            watching = calls.create_task(self._desk.watch(), name="flows")
            learning = calls.create_task(self._models.watch(), name="intents")
            calling_back = None
            if self._calling_back is not None:
                calling_back = calls.create_task(self._calling_back.run(), name="callbacks")
            await self._stop.wait()
            if self._calling_back is not None:
                self._calling_back.stopping = True
            watching.cancel()
            learning.cancel()
            preparing.cancel()
            await self._drain()
            accepting.cancel()
            self._directory.stopping = True
            if calling_back is not None:
                calling_back.cancel()
            for task in self._sessions:
                task.cancel()

    def heed_signals(self) -> None:
        """From now on SIGTERM and SIGINT stop the node in order; a second one hurries it. SIGHUP
        has the flows' folder read anew."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self._desk.read_folder)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told_to_stop)

    def _told_to_stop(self) -> None:
        if self._stop.is_set():
            self._hurry.set()
        self._stop.set()

    async def _prepare(self) -> None:
        """Make ready what calls will need while the first are up: what they want goes first."""
        try:
            await self._desk.prepare()
        except Exception:
            log.exception("calls may wait for what is not prepared")
        # It stays as long as the node does, too.
        gc.freeze()

    async def _accept(self, calls: asyncio.TaskGroup) -> None:
        async for leg in self._line.incoming():
            task = calls.create_task(self._serve_one(leg), name="call")
            self._sessions.add(task)
            task.add_done_callback(self._sessions.discard)

    async def _serve_one(self, leg: Leg) -> None:
        is_flow = leg.info.called in self._settings.hotline.calls.flows
        dialed = None if is_flow else self._stars.dialed(leg)
        if dialed is not None:
            await self._stars.serve(leg, dialed)
            return
        serving = self._models.serving
        services = replace(self._services, understanding=serving.understanding, setup=serving.setup)
        session = CallSession(
            leg, self._flow_for(leg), services, self._directory, CallId(uuid4().hex)
        )
        try:
            await session.run()
        except Exception:
            # The call is over; what is left to do is to keep the others.
            log.exception("a call ended by a fault")
            with suppress(Exception):
                await leg.hang_up(500)

    def _flow_for(self, leg: Leg) -> Flow:
        calls, known = self._settings.hotline.calls, self._desk.library.names()
        called = leg.info.called
        name = calls.flows.get(called, called)
        return self._desk.flow_for(name if name in known else calls.default_flow, leg)

    async def _drain(self) -> None:
        """Let calls under way end, for a while; refuse new ones."""
        self.draining = True
        await self._line.drain()
        log.info("draining", extra={"calls": len(self._directory)})
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.hotline.calls.drain_s):
                await _first(self._all_ended(), self._hurry.wait())

    async def _all_ended(self) -> None:
        while tasks := self._tasks():
            await asyncio.wait(tasks)

    def _tasks(self) -> set[asyncio.Task[None]]:
        """Calls under way, of either direction."""
        called_back = self._calling_back.calls if self._calling_back is not None else frozenset()
        return {*self._sessions, *called_back}


async def _first(*waits: Coroutine[Any, Any, object]) -> None:
    """Return when one of the waits is over; the others are dropped."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(wait) for wait in waits]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()


# ---------------------------------------------------------------- the start


async def _start(settings: Settings, stack: AsyncExitStack, announce: Announce) -> Node:
    """Build everything, the line last but for the console, which asks it how it is: a node that
    rings is ready."""
    hotline = settings.hotline
    store = open_store(database_url(hotline, settings.data), _store_settings(settings))
    stack.callback(store.close)
    recordings = Recordings(RecordingSettings(folder=settings.data / "recordings"))
    stack.callback(recordings.close)
    secrets = read_secrets(hotline.secrets)
    backend = HttpBackend(hotline.backend, secrets)
    stack.push_async_callback(backend.close)
    delivery = Delivery(store.outbox, backend, secrets, hotline.mail, settings.data)
    await stack.enter_async_context(delivering(delivery))
    if hotline.demo_bank.enabled:
        await _demo_bank(hotline.demo_bank.port, stack, announce)
    recognizer, voice = asr.build(hotline.recognition), _voice(settings)
    stack.push_async_callback(recognizer.close)
    stack.push_async_callback(voice.close)
    async with starting(hotline.console):
        with _patiently("recognizers and voices load", announce):
            detector = await _together(
                recognizer.start(), voice.start(), asyncio.to_thread(vad.build, hotline.vad)
            )
    _note_what_is_missing(settings, recognizer, announce)
    zone = _zone(settings)
    understanding = nlu.build(hotline.understanding, now=lambda: datetime.now(zone))
    for note in understanding.notes:
        announce(f"Note: {note}")
    synthesizer = voice.workers.hello.version
    in_effect = await asyncio.to_thread(
        lambda: with_intents(
            setup(hotline, recognizer, synthesizer), hotline.understanding, understanding.versions
        )
    )
    line = SipEndpoint(settings.sip)
    resuming = await _resuming(store, hotline, stack)
    services = Services(
        resuming=resuming,
        telephone=line,
        vad=detector,
        recognizer=recognizer,
        understanding=understanding,
        voice=voice,
        backend=backend,
        journal=store.journal,
        record=recordings.record,
        music=_music(settings),
        destinations=hotline.destinations,
        clock=lambda: datetime.now(UTC),
        message=recordings.message,
        callbacks=store.callbacks,
        outbox=store.outbox,
        dialable=lambda target: _is_dialable(target, settings.sip),
        zone=zone or _local_zone(),
        setup=in_effect,
        transfers=hotline.transfers,
        supervision_beep=hotline.supervision.beep,
    )
    services = replace(
        services,
        customers=_customers(settings, store, backend, stack),
        customer_wait_ms=hotline.customers.wait_ms,
    )
    directory = await _queues(store, hotline, lambda: node.draining, stack)
    services, calling_back = _calling_back(store, hotline, services, directory)
    serving = settings.serving

    needed = (hotline.calls.default_flow, *hotline.calls.flows.values())

    async def prepare(library: Library) -> None:
        folder = settings.data / "flows"
        await asyncio.to_thread(keep_versions, library, serving.sources.folder, folder)
        await make_ready(library, voice, recognizer, models.serving.understanding, first=needed)
        for language in sorted({agent.language for agent in hotline.agents}):
            await voice.warm(every_agent_prompt(language))

    def renew(serving: Serving) -> Serving:
        new = serving.understanding.renewed()
        return Serving(new, with_intents(in_effect, hotline.understanding, new.versions))

    models = ModelDesk(
        Serving(understanding, in_effect),
        hotline.understanding.intents.values(),
        renew,
        lambda new: make_heard(desk.library.every(), recognizer, new),
    )
    desk = FlowDesk(
        serving.sources, serving.library, serving.drafts, store.versions, prepare, needed
    )
    agents = AgentDesk(directory, store.audit)
    supervisors = SupervisorDesk(directory, store.audit)
    handlers = {**agent_handlers(agents), **supervisor_handlers(supervisors)}
    stars = _stars(settings, handlers, voice, store)
    node = Node(settings, line, services, directory, desk, models, stars, calling_back)
    node.heed_signals()
    parts = Parts(
        line=line,
        capacity=settings.sip.most_legs,
        draining=lambda: node.draining,
        asr=recognizer.pool,
        tts=voice.workers,
        journal=store.journal,
        directory=directory,
    )
    await stack.enter_async_context(line)
    office = _office(settings, store, agents, directory)
    registry = _registry(settings, store, zone)
    await stack.enter_async_context(watching(registry.escalations))
    board = FlowBoard(desk, store.versions, models)
    await stack.enter_async_context(
        _console(settings, store, parts, board, announce, office, registry)
    )
    announce(f"Flows    {serving_text(serving.library)}")
    _say_where(settings, line, announce)
    return node


def _stars(
    settings: Settings, handlers: Mapping[str, Handler], voice: PromptVoice, store: Store
) -> StarDoor:
    """What agents' phones may call. A trunk's word for its callers counts where it is trusted."""
    hotline, trunks = settings.hotline, settings.sip.trunks
    return StarDoor(
        hotline.star_codes,
        {agent.name: agent for agent in hotline.agents},
        handlers,
        voice,
        store.audit,
        Pins(lambda: round(time.monotonic() * 1000)),
        {trunk.name: trunk.host for trunk in trunks if trunk.trust_identity},
    )


def _customers(
    settings: Settings, store: Store, backend: Backend, stack: AsyncExitStack
) -> CustomerLookup:
    """Where callers are looked up."""
    wanted = settings.hotline.customers
    region = wanted.region
    source: Asking
    if wanted.source is Source.REST:
        source = RestCustomers(wanted.rest, backend, region)
    else:
        source = Threads(_blocking(wanted, settings.config, store, stack))
        stack.callback(source.close)
    lookup = CustomerLookup(source, store.customers, region)
    stack.callback(lookup.close)
    return lookup


def _blocking(
    wanted: CustomerSettings, config: Path, store: Store, stack: AsyncExitStack
) -> Blocking:
    """What answers in its own time."""
    csv, sql = wanted.csv, wanted.sql
    if wanted.source is Source.CSV:
        return CsvCustomers(wanted.csv_file(config), wanted.region, csv.columns, csv.delimiter)
    if wanted.source is Source.STORE:
        return store.customers
    profile = partial(profile_of, source="sql", region=wanted.region)
    found = SqlCustomers(sql.url, sql.query, sql.query_by_id, profile, timeout_ms=sql.timeout_ms)
    stack.callback(found.close)
    return found


def _registry(settings: Settings, store: Store, zone: tzinfo | None) -> Registry:
    """What the console knows of customers."""
    hotline, address = settings.hotline, database_url(settings.hotline, settings.data)

    def erase(id: str, numbers: tuple[str, ...], by: str) -> Erased:
        eraser = open_eraser(address, settings.data)
        try:
            return eraser.erase(eraser.of_customer(id, numbers), by, datetime.now(UTC))
        finally:
            eraser.close()

    mails = bool(hotline.mail.host)
    return Registry(
        store.customers,
        store.escalations(hotline.escalation, mails=mails),
        store.outbox,
        store.calls,
        store.audit,
        erase,
        store.calls,
        hotline.customers.region,
        zone,
    )


def _store_settings(settings: Settings) -> StoreSettings:
    kept = StoreSettings(folder=settings.data, endpoints=settings.hotline.webhooks)
    node = settings.hotline.node
    return replace(kept, node=node) if node else kept


async def _queues(
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


def _calling_back(
    store: Store, hotline: HotlineFile, services: Services, directory: Directory
) -> tuple[Services, CallingBack | None]:
    """Who dials callbacks, and the services by which calls leave them."""
    plan = hotline.callbacks
    if not plan.automatic:
        return services, None
    places = store.queue_store(hotline.queues, hotline.agents)

    async def keep(place: Place, joined_ms: int, not_before_ms: int) -> None:
        keeping = partial(places.keep_callback, joined_ms=joined_ms, not_before_ms=not_before_ms)
        await asyncio.to_thread(keeping, place)

    async def call(due: DueCallback) -> CallbackResult:
        return await CallbackCall(due, plan, services, directory, CallId(uuid4().hex)).run()

    dialing = CallingBack(
        directory,
        places,
        store.callbacks.settle,
        call,
        plan,
        clock=lambda: datetime.now(services.zone),
        dialable=services.dialable,
    )
    return replace(services, keep_place=keep), dialing


async def _resuming(store: Store, hotline: HotlineFile, stack: AsyncExitStack) -> ResumeBook | None:
    within_ms = hotline.calls.resume_within_s * 1000
    if not within_ms:
        return None
    book = store.resume_book(hotline.queues, hotline.agents, within_ms=within_ms)
    await asyncio.to_thread(book.open)
    stack.callback(book.close)
    return book


@contextmanager
def _patiently(what: str, announce: Announce) -> Iterator[None]:
    """Say what is waited for, if it takes a while."""
    loop = asyncio.get_running_loop()
    saying = loop.call_later(PATIENCE_S, announce, f"Starting: {what}")
    try:
        yield
    finally:
        saying.cancel()


async def _demo_bank(port: int, stack: AsyncExitStack, announce: Announce) -> None:
    """Start it, or use the one of another hotline on this machine."""
    try:
        bank = await start_server(create_demo_bank(), "127.0.0.1", port, name="demo_bank")
    except ConfigError as error:
        announce(f"Note: {error.problems[0].message}; the sample flows ask what answers there")
    else:
        stack.push_async_callback(bank.stop)


async def _together(
    recognizer: Awaitable[None], voice: Awaitable[None], detector: Awaitable[T]
) -> T:
    """Side by side, as each waits for processes or disks of its own. Raises all that is wrong at
    once: `ConfigError` with the problems of all, else `EngineError`."""
    outcomes = await asyncio.gather(recognizer, voice, detector, return_exceptions=True)
    errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for error in errors:
        if not isinstance(error, ConfigError | EngineError):
            raise error
    if problems := [p for e in errors if isinstance(e, ConfigError) for p in e.problems]:
        raise ConfigError(sorted(problems))
    if errors:
        raise EngineError("; ".join(str(error) for error in errors))
    return cast("T", outcomes[-1])


def _voice(settings: Settings) -> PromptVoice:
    speech = settings.hotline.speech
    if speech.cache_folder is None:
        speech = replace(speech, cache_folder=settings.data / "prompts")
    zone = _zone(settings)
    catalogue = Catalogue.load(settings.recordings)
    return tts.build(speech, catalogue, today=lambda: datetime.now(zone).date())


def _note_what_is_missing(
    settings: Settings, recognizer: PooledRecognizer, announce: Announce
) -> None:
    views = [view for flow in settings.serving.library.every() for view in flow.views]
    for language in sorted({view.language for view in views}):
        if not recognizer.available(language):
            announce(f"Note: {asr.missing_reason(language)}")
    if missing := vad.missing_reason():
        announce(f"Note: {missing}")


def _office(settings: Settings, store: Store, agents: AgentDesk, directory: Directory) -> Office:
    """What the console knows of agents."""
    return Office(
        agents, directory, store.calls, store.dispositions, store.audit, settings.hotline.desk
    )


@asynccontextmanager
async def _console(
    settings: Settings,
    store: Store,
    parts: Parts,
    board: FlowBoard,
    announce: Announce,
    office: Office,
    registry: Registry,
) -> AsyncIterator[None]:
    """The console, with what machines ask for: metrics, readiness; and traces, if wanted."""
    metrics, console = Metrics(), settings.hotline.console
    monitor = NodeMonitor(parts, metrics)
    app = create_app(
        store.calls,
        store.feed,
        monitor,
        board,
        data=settings.data,
        settings=console,
        office=office,
        registry=registry,
    )
    with tracing(settings.hotline.traces) as traces:
        takers: list[Taker] = [metrics.calls, office.contexts, office.wait_errors, *traces]
        async with following(store.feed, takers):
            server = await start_server(app, console.host, console.port)
            announce(f"Console  {server.url}")
            try:
                yield
            finally:
                await server.stop()


def _say_where(settings: Settings, line: SipEndpoint, announce: Announce) -> None:
    for address in line.addresses:
        announce(f"SIP      {address}")
    where, _, parameters = line.addresses[0].partition(";")
    port = where.rsplit(":", 1)[-1]
    flow = settings.hotline.calls.default_flow
    uri = f"sip:{flow}@127.0.0.1:{port}"
    if parameters:
        uri = f"'{uri};{parameters}'"
    steps = f" {SAMPLE_CALL}" if flow == "bank_en" else ""
    announce(f"Try it   .venv/bin/voicebot call {uri}{steps}")


def _music(settings: Settings) -> Callable[[str, int], Pcm]:
    files = {queue.name: queue.music for queue in settings.hotline.queues}

    @cache
    def music(queue: str, rate: int) -> Pcm:
        if file := files.get(queue, ""):
            return resample(read_wav(settings.recordings.parent / file).mono(), rate)
        return hold_music(rate)

    return music


def _is_dialable(target: str, sip: SipSettings) -> bool:
    try:
        route(target, sip.destinations, sip.trunks)
    except DialRefused:
        return False
    return True


def _local_zone() -> tzinfo:
    """This machine's zone, with its changes to and from summer time where it tells them."""
    try:
        with Path("/etc/localtime").open("rb") as file:
            return ZoneInfo.from_file(file, "local")
    except (OSError, ValueError):
        return datetime.now().astimezone().tzinfo or UTC


def _zone(settings: Settings) -> tzinfo | None:
    name = settings.hotline.calls.time_zone
    return ZoneInfo(name) if name else None

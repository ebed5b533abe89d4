"""Open the store: to serve, or only to read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from voicebot.core.escalations import EscalationSettings
from voicebot.core.events import Endpoint
from voicebot.core.queueing import AgentSpec, QueueSpec
from voicebot.store.audit import AuditLog
from voicebot.store.callbacks import CallbackStore
from voicebot.store.caller_records import CallerRecords
from voicebot.store.calls import CallStore
from voicebot.store.customers import CustomerStore
from voicebot.store.database import (
    DatabaseAway,
    config_error,
    open_engine,
    parse_url,
    reason,
    shown,
    sqlite_file,
)
from voicebot.store.dispositions import DispositionStore
from voicebot.store.erasing import Eraser
from voicebot.store.escalations import EscalationStore
from voicebot.store.events import EventStore
from voicebot.store.feed import Feed
from voicebot.store.journal import JournalWriter
from voicebot.store.kept_numbers import KeptNumbers
from voicebot.store.labels import LabelStore
from voicebot.store.ledger import Ledger
from voicebot.store.migrate import WrongVersion, is_current, upgrade
from voicebot.store.outbox import OutboxStore
from voicebot.store.projection import Projection
from voicebot.store.queue_keeper import QueueKeeper
from voicebot.store.queue_share import QueueShare
from voicebot.store.queues import QueueStore
from voicebot.store.recovery import close_open_calls
from voicebot.store.resume import ResumeStore
from voicebot.store.resume_book import ResumeBook
from voicebot.store.settings import StoreSettings
from voicebot.store.sole import FolderLock, NameLock
from voicebot.store.spill import SpillFile
from voicebot.store.versions import VersionStore

READ_TIMEOUT_MS = 5_000
QUEUES_UNASKED_S = 1.0
"""Claims come in quick succession: to ask each time whether the connection lives would cost too
much. The first one after a crash of the server raises `DatabaseAway`."""
_FILE_HINT = "check that it is readable and writable; a broken file must be restored or moved away"
_SERVER_HINT = (
    "check that the server runs, that the URL has its host, user and password, and that the "
    "database is there (createdb)"
)


@dataclass(frozen=True, slots=True)
class Store:
    """All that a serving node keeps."""

    journal: JournalWriter
    calls: CallStore
    feed: Feed
    callbacks: CallbackStore
    outbox: OutboxStore
    versions: VersionStore
    resume: ResumeStore
    audit: AuditLog
    dispositions: DispositionStore
    customers: CustomerStore
    callers: CallerRecords
    events: EventStore
    _engine: Engine
    _after: Engine
    _queueing: Engine
    _node: str
    _kept: KeptNumbers
    _locks: tuple[FolderLock | NameLock, ...]

    def queue_store(self, queues: Iterable[QueueSpec], agents: Iterable[AgentSpec]) -> QueueStore:
        """The durable queues, as they are configured."""
        return QueueStore(self._queueing, self._node, queues, agents, kept=self._kept)

    def queue_share(
        self, queues: Iterable[QueueSpec], agents: Iterable[AgentSpec], draining: Callable[[], bool]
    ) -> tuple[QueueShare, QueueKeeper]:
        """The same as a router uses them, and who looks after them."""
        queueing = self.queue_store(queues, agents)
        share = QueueShare(queueing)
        return share, QueueKeeper(queueing, share, self._queueing, draining)

    def resume_book(
        self, queues: Iterable[QueueSpec], agents: Iterable[AgentSpec], *, within_ms: int
    ) -> ResumeBook:
        """Where it is kept how far calls have come."""
        return ResumeBook(self.resume, self.queue_store(queues, agents), within_ms=within_ms)

    def escalations(self, settings: EscalationSettings, *, mails: bool) -> EscalationStore:
        """What somebody is to look at, as it is configured."""
        return EscalationStore(self._after, self.events, settings, mails=mails)

    def close(self) -> bool:
        """Write everything and let go; False where facts are lost. Blocks up to some seconds;
        harmless a second time."""
        written = self.outbox.close()
        written = self.journal.close() and written
        self.calls.close()
        self._after.dispose()
        self._queueing.dispose()
        self._engine.dispose()
        for lock in self._locks:
            lock.close()
        return written


def open_store(url: str, settings: StoreSettings | None = None) -> Store:
    """Open a database for a serving node: bring it up to date, take in facts that waited in the
    spill file, end calls that were cut off. Raises `ConfigError`."""
    settings = settings or StoreSettings()
    address = parse_url(url)
    spill = settings.spill or _spill_file(address, settings.folder)
    lock = FolderLock(sqlite_file(address) or spill)
    try:
        with _explained(address):
            _upgrade(address)
            return _assemble(address, settings, SpillFile(spill), lock)
    except BaseException:
        lock.close()
        raise


def open_calls(url: str) -> CallStore:
    """Open a database to read its calls, whether a node serves from it or not. Raises
    `ConfigError`."""
    address = parse_url(url)
    file = sqlite_file(address)
    if file is not None and not file.exists():
        hint = "name the folder with --data, or start the hotline once"
        raise config_error(str(file), "database-missing", "there is no database here", hint)
    engine = open_engine(address, busy_timeout_ms=READ_TIMEOUT_MS, mode="ro")
    with _explained(address), engine.connect() as connection:
        if not is_current(connection):
            raise WrongVersion("the database is older than this program; start the hotline once")
    return CallStore(engine)


def open_afterwards(
    url: str, endpoints: tuple[Endpoint, ...] = (), node: str = ""
) -> tuple[CallbackStore, OutboxStore]:
    """Open a database to look at callbacks and notices, to settle the one and revive the other,
    whether a node serves from it or not. Events wait for `node`. Raises `ConfigError`."""
    open_calls(url).close()
    engine = open_engine(parse_url(url), busy_timeout_ms=READ_TIMEOUT_MS)
    events = EventStore(engine, endpoints, node or StoreSettings().node)
    return CallbackStore(engine, events), OutboxStore(engine, "")


def open_customers(
    url: str,
    endpoints: tuple[Endpoint, ...] = (),
    settings: EscalationSettings | None = None,
    *,
    node: str = "",
    mails: bool = False,
) -> tuple[CustomerStore, EscalationStore]:
    """Open a database to look at customers and escalations and to change them, whether a node
    serves from it or not. Events of changes wait for `node`. Raises `ConfigError`."""
    open_calls(url).close()
    engine = open_engine(parse_url(url), busy_timeout_ms=READ_TIMEOUT_MS)
    events = EventStore(engine, endpoints, node or StoreSettings().node)
    return CustomerStore(engine, events), EscalationStore(engine, events, settings, mails=mails)


def open_eraser(url: str, data: Path) -> Eraser:
    """Open a database to erase calls, whether a node serves from it or not. Raises
    `ConfigError`."""
    open_calls(url).close()
    address = parse_url(url)
    engine = open_engine(address, busy_timeout_ms=READ_TIMEOUT_MS)
    return Eraser(engine, data, _spill_file(address, data))


def open_labels(url: str) -> LabelStore:
    """Open a database to label calls, whether a node serves from it or not. Raises
    `ConfigError`."""
    open_calls(url).close()
    return LabelStore(open_engine(parse_url(url), busy_timeout_ms=READ_TIMEOUT_MS))


def open_versions(url: str) -> VersionStore:
    """Open a database to publish flows, whether a node serves from it or not; it is made where
    there is none. Raises `ConfigError`."""
    address = parse_url(url)
    with _explained(address):
        if not _is_up_to_date(address):
            with _nobody_serves(address):
                _upgrade(address)
    return VersionStore(open_engine(address, busy_timeout_ms=READ_TIMEOUT_MS))


def find_versions(url: str) -> VersionStore | None:
    """Open a database to look at published flows; None where it cannot hold any yet. Raises
    `ConfigError`."""
    address = parse_url(url)
    with _explained(address):
        if not _is_up_to_date(address):
            return None
    return VersionStore(open_engine(address, busy_timeout_ms=READ_TIMEOUT_MS))


def _is_up_to_date(address: URL) -> bool:
    """The database is there, with the tables of this program."""
    file = sqlite_file(address)
    if file is not None and not file.exists():
        return False
    engine = open_engine(address, busy_timeout_ms=READ_TIMEOUT_MS)
    try:
        with engine.connect() as connection:
            return is_current(connection)
    finally:
        engine.dispose()


def _upgrade(address: URL) -> None:
    engine = open_engine(address, busy_timeout_ms=READ_TIMEOUT_MS, mode="rwc")
    try:
        with engine.connect() as connection:
            upgrade(connection)
    finally:
        engine.dispose()
    file = sqlite_file(address)
    if file is not None:
        file.chmod(0o600)


def _assemble(address: URL, settings: StoreSettings, spill: SpillFile, lock: FolderLock) -> Store:
    busy_ms, answer_ms = settings.busy_timeout_ms, settings.answer_timeout_ms
    opened = partial(open_engine, address, answer_timeout_ms=answer_ms)
    writing, reading = opened(busy_timeout_ms=busy_ms), opened(busy_timeout_ms=READ_TIMEOUT_MS)
    file = sqlite_file(address)
    locks = (lock,) if file else (NameLock(writing, settings.node), lock)
    ledger = Ledger(writing, settings.node, file, Projection(settings.endpoints, settings.node))
    if spill.waiting:
        spill.read_back(ledger.append)
    close_open_calls(writing, ledger, settings.node)
    feed = Feed(ring_events=settings.ring_events, subscriber_events=settings.subscriber_events)
    journal = JournalWriter(ledger, spill, feed, settings)
    after = opened(busy_timeout_ms=READ_TIMEOUT_MS)
    events = EventStore(after, settings.endpoints, settings.node)
    return Store(
        journal,
        CallStore(reading),
        feed,
        CallbackStore(after, events),
        OutboxStore(after, settings.node),
        VersionStore(after),
        ResumeStore(after),
        AuditLog(after),
        DispositionStore(after, events),
        CustomerStore(after, events),
        CallerRecords(after),
        events,
        writing,
        after,
        opened(busy_timeout_ms=READ_TIMEOUT_MS, unasked_s=QUEUES_UNASKED_S),
        settings.node,
        KeptNumbers(sole=file is not None),
        locks,
    )


def _spill_file(address: URL, folder: Path) -> Path:
    file = sqlite_file(address) or folder / "voicebot.db"
    return file.with_name(f"{file.name}.waiting.jsonl")


@contextmanager
def _nobody_serves(address: URL) -> Iterator[None]:
    """Keep nodes off an SQLite database; those of a server wait for its migrations."""
    file = sqlite_file(address)
    if file is None:
        yield
        return
    lock = FolderLock(file)
    try:
        yield
    finally:
        lock.close()


@contextmanager
def _explained(address: URL) -> Iterator[None]:
    """Turn what may go wrong on opening into a `ConfigError`."""
    try:
        yield
    except WrongVersion as error:
        hint = "use the version of voicebot that wrote it, or another data folder"
        raise config_error(shown(address), "database-version", str(error), hint) from None
    except (SQLAlchemyError, DatabaseAway, OSError) as error:
        text = reason(error) if isinstance(error, SQLAlchemyError) else str(error)
        message = f"the database cannot be opened: {text}"
        hint = _SERVER_HINT if sqlite_file(address) is None else _FILE_HINT
        raise config_error(shown(address), "database", message, hint) from None

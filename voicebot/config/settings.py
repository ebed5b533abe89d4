"""What the files may hold; the adapters' own settings are theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from voicebot.asr.settings import AsrSettings
from voicebot.core.afterwards import CallbackPlan
from voicebot.core.errors import Problem
from voicebot.core.escalations import EscalationSettings
from voicebot.core.events import Endpoint
from voicebot.core.knowledge import AnswerLevels
from voicebot.core.queueing import AgentSpec, QueueSpec
from voicebot.customers.settings import CustomerSettings
from voicebot.flow.calendars import Calendar
from voicebot.flow.document import Document
from voicebot.flow.loader import Flows
from voicebot.nlu.settings import NluSettings
from voicebot.observe.settings import LogSettings, TraceSettings
from voicebot.publishing.library import Library
from voicebot.publishing.sources import Sources
from voicebot.session.star_codes import StarCodes
from voicebot.session.talk_settings import SupervisionSettings, TransferSettings
from voicebot.sip.settings import SipSettings
from voicebot.tts.settings import TtsSettings
from voicebot.vad.settings import VadSettings
from voicebot.web.settings import BackendSettings, DeskSettings, MailSettings, WebSettings

DEMO_KEY = "sample"
"""What the sample flows' back end wants to be asked with; no secret at all."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Which flow answers, and how many callers at once."""

    default_flow: str = "bank_en"
    flows: Mapping[str, str] = field(default_factory=dict)
    """Flow by called number (the user part of the Request-URI). A flow's own name works too."""
    time_zone: str = ""
    """IANA name, such as `Europe/Berlin`; this machine's zone where empty."""
    resume_within_s: int = 600
    """A caller whose call broke off, as its node died, and who rings again within this time goes on
    where it was, and keeps the place in the queue; 0: never."""
    drain_s: int = 60
    """When the hotline stops, running calls get so long to end."""


@dataclass(frozen=True, slots=True)
class DemoBank:
    """The back end of the sample hotlines."""

    enabled: bool = True
    port: int = 8091


@dataclass(frozen=True, slots=True)
class HotlineFile:
    """What `hotline.toml` may hold."""

    calls: Calls = field(default_factory=Calls)
    queues: tuple[QueueSpec, ...] = (QueueSpec("service"), QueueSpec("cards"))
    agents: tuple[AgentSpec, ...] = ()
    star_codes: StarCodes = field(default_factory=StarCodes)
    desk: DeskSettings = field(default_factory=DeskSettings)
    transfers: TransferSettings = field(default_factory=TransferSettings)
    callbacks: CallbackPlan = field(default_factory=CallbackPlan)
    supervision: SupervisionSettings = field(default_factory=SupervisionSettings)
    customers: CustomerSettings = field(default_factory=CustomerSettings)
    webhooks: tuple[Endpoint, ...] = ()
    """Who is told of events: [an example](customers.md#webhooks)."""
    escalation: EscalationSettings = field(default_factory=EscalationSettings)
    destinations: Mapping[str, str] = field(default_factory=dict)
    """SIP URIs by the names that `transfer` nodes give them."""
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    """Opening hours by the names that `hours` nodes give them, written as in a flow:
    [an example](#opening-hours). A flow's own calendar of the same name goes first."""
    console: WebSettings = field(default_factory=WebSettings)
    backend: BackendSettings = field(default_factory=BackendSettings)
    demo_bank: DemoBank = field(default_factory=DemoBank)
    answers: AnswerLevels = field(default_factory=AnswerLevels)
    """How sure the bot must be of an answer from a knowledge base; a node may say otherwise."""
    recognition: AsrSettings = field(default_factory=AsrSettings)
    understanding: NluSettings = field(default_factory=NluSettings)
    speech: TtsSettings = field(default_factory=TtsSettings)
    vad: VadSettings = field(default_factory=VadSettings)
    log: LogSettings = field(default_factory=LogSettings)
    traces: TraceSettings = field(default_factory=TraceSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Secrets by the names that flows give them in headers and for signatures; `file:PATH` reads
    one from a file. `demo_key`, of the sample flows' back end, is always there."""
    database: str = ""
    """SQLAlchemy URL; an SQLite file in the data folder where empty."""
    node: str = ""
    """Name of this node among those that share a database; the machine's where empty. It stays
    the same over restarts."""

    def __post_init__(self) -> None:
        known = {"demo_key": DEMO_KEY, **self.secrets}
        object.__setattr__(self, "secrets", known)


@dataclass(frozen=True, slots=True)
class Serving:
    """The flows, and where the next ones come from."""

    sources: Sources
    drafts: tuple[Document, ...]
    """The folder's files as they were read."""
    library: Library


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything, checked."""

    sip: SipSettings
    hotline: HotlineFile
    serving: Serving
    data: Path
    """Folder of the database, recordings and caches."""
    recordings: Path
    """Folder of the operator's recorded prompts."""
    config: Path
    """Folder of the configuration."""
    warnings: tuple[Problem, ...] = ()

    @property
    def flows(self) -> Flows:
        """What serves callers at the start."""
        return self.serving.library.flows

"""A flow ready to run, and where one call stands in it. All frozen."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar

from pydantic import Field

from voicebot.core.call import LegInfo, Outcome
from voicebot.core.knowledge import Entry, Knowledge
from voicebot.core.meaning import Choice, Expectation, SlotSpec, SlotType, SlotValue
from voicebot.core.phrases import parse_phrase
from voicebot.core.prompt import Prompt
from voicebot.core.telephone import HOME
from voicebot.core.turn import Timing
from voicebot.flow.base import KnowledgeName, NodeName, PromptRef, Strict, Tags, marked
from voicebot.flow.calendars import Calendar
from voicebot.flow.model import Backend, FlowFile, Global, Slot
from voicebot.flow.properties import FlowSettings, Reaction
from voicebot.flow.templates import parse_template
from voicebot.flow.values import Value, written
from voicebot.flow.wording import GLOBAL_PHRASES, UNIVERSALS, built_in

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Flow:
    """One version of a checked hotline; never changes. A call keeps the one it began with."""

    file: FlowFile[Any]
    """Its nodes are of the kinds in `kinds/`."""
    version: str
    """SHA-256 of the file's content, before `${env:...}` is filled in; hexadecimal."""
    settings: FlowSettings = field(default_factory=FlowSettings)
    library: Mapping[str, Flow] | None = field(default=None, compare=False, repr=False)
    """The flows that it may call or go to, by name, itself among them: those that were loaded with
    it, so that a call keeps these versions, too. None where it was read alone."""
    bases: Mapping[str, Knowledge] = field(default_factory=dict, compare=False, repr=False)
    """Knowledge bases beside it, by name: a call keeps those that it began with."""
    reads_customer: bool = field(default=True, compare=False)
    """Whether it, or a flow that it may come to, reads the caller's profile: only then does the
    answer of a call wait for it."""
    outer: Flow | None = field(default=None, compare=False, repr=False)
    """The flow that called this one: its commands work here as well."""
    translations: Mapping[str, FlowFile[Any]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """The file as it reads in each of its languages; none where it has one only."""
    _called: dict[str, Flow] = field(default_factory=dict, compare=False, repr=False, init=False)
    _views: dict[str, Flow] = field(default_factory=dict, compare=False, repr=False, init=False)
    _fixed: dict[str, Prompt | None] = field(
        default_factory=dict, compare=False, repr=False, init=False
    )
    expected: dict[Hashable, tuple[Node, Expectation]] = field(
        default_factory=dict, compare=False, repr=False, init=False
    )
    """What nodes expect of callers in situations that all calls come to, as `listening.py` finds
    it once."""

    def find(self, name: str) -> Flow | None:
        """A flow that this one may call or go to."""
        return (self.library or {}).get(name)

    def under(self, outer: Flow) -> Flow:
        """This flow as `outer` calls it."""
        if self.name not in outer._called:
            outer._called[self.name] = replace(self, outer=outer)
        return outer._called[self.name]

    def in_language(self, language: str) -> Flow:
        """This flow as callers of a language have it; itself where it has none of it."""
        file = self.translations.get(language)
        if file is None or file is self.file:
            return self
        if language not in self._views:
            outer = self.outer.in_language(language) if self.outer else None
            self._views[language] = replace(self, file=file, outer=outer)
        return self._views[language]

    @property
    def views(self) -> tuple[Flow, ...]:
        """This flow in each of its languages."""
        return tuple(map(self.in_language, self.translations)) or (self,)

    @property
    def name(self) -> str:
        """As the file says."""
        return self.file.flow

    @property
    def language(self) -> str:
        """BCP 47 primary tag."""
        return self.file.language

    @property
    def nodes(self) -> Mapping[str, Node]:
        """By name."""
        return self.file.nodes

    @property
    def slots(self) -> Mapping[str, Slot]:
        """Declared slots, by name."""
        return self.file.slots

    @property
    def backends(self) -> Mapping[str, Backend]:
        """Where http nodes send their requests, by name."""
        return self.file.backends

    def calendar(self, name: str) -> Calendar | None:
        """Opening hours: the flow's own, or the configuration's."""
        return self.file.calendars.get(name) or self.settings.calendars.get(name)

    @cached_property
    def prompts(self) -> Mapping[str, tuple[str, ...]]:
        """Wordings by id, the built-in ones among them."""
        built = {name: (text,) for name, text in built_in(self.language).items()}
        return {**built, **self.file.prompts}

    def wordings(self, ref: str) -> tuple[str, ...]:
        """All texts of a prompt, by id or text."""
        return self.prompts.get(ref, (ref,))

    def text(self, ref: str, turn: int = 0) -> tuple[str, str]:
        """(id, text) of a prompt; the id is empty where `ref` is the text itself. Of several
        wordings, that for the `turn`th time, from 0; all but the first have ids of their own."""
        wordings = self.prompts.get(ref)
        if wordings is None:
            return "", ref
        number = turn % len(wordings)
        return (f"{ref}.{number + 1}" if number else ref), wordings[number]

    @cached_property
    def globals(self) -> Mapping[str, Global]:
        """Global commands with the built-in phrases; help and repeat are always there."""
        phrases = GLOBAL_PHRASES.get(self.language, {})
        named = {**{name: Global() for name in UNIVERSALS}, **self.file.globals}
        own = {
            name: command.model_copy(update={"phrases": command.phrases + phrases.get(name, ())})
            for name, command in named.items()
        }
        if self.outer is None:
            return own
        theirs = {n: c for n, c in self.outer.globals.items() if n not in self.file.globals}
        return {**own, **theirs}

    def floors_up(self, command: str) -> int:
        """How many flows further out the node is that a global command leads to."""
        if command in self.file.globals or self.outer is None:
            return 0
        return 1 + self.outer.floors_up(command)

    @cached_property
    def universals(self) -> tuple[Choice, ...]:
        """Global commands as choices."""
        return tuple(
            Choice(name, tuple(parse_phrase(p) for p in command.phrases), command.label)
            for name, command in self.globals.items()
        )

    @cached_property
    def specs(self) -> Mapping[str, SlotSpec]:
        """Declared slots as the recognizers and the understanding want them."""
        return {name: self._spec(name, slot) for name, slot in self.slots.items()}

    @cached_property
    def specs_optional(self) -> Mapping[str, SlotSpec]:
        """The same, for slots that only come along."""
        return {name: replace(spec, required=False) for name, spec in self.specs.items()}

    def _spec(self, name: str, slot: Slot) -> SlotSpec:
        options = tuple(
            Choice(option, tuple(parse_phrase(p) for p in spec.phrases), spec.label)
            for option, spec in slot.options.items()
        )
        return SlotSpec(
            name,
            slot.type,
            min_length=slot.shortest,
            max_length=slot.longest,
            options=options,
            currency=slot.currency or self.file.currency,
            region=slot.region or HOME.get(self.language, ""),
            toward=slot.toward,
            hours=slot.minutes,
        )

    def knowledge_versions(self) -> dict[str, str]:
        """Of every knowledge base that a call may come to, by name."""
        flows = (self.library or {self.name: self}).values()
        bases = (base for flow in flows for base in flow.bases.values())
        return {base.name: base.version for base in bases}

    @cached_property
    def sounds(self) -> tuple[tuple[str, str], ...]:
        """Names of the trade whose pronunciation is given, with it."""
        entities = (entity for base in self.bases.values() for entity in base.entities.values())
        return tuple(dict.fromkeys(s for e in entities for s in e.phones(self.language)))

    @cached_property
    def names(self) -> frozenset[str]:
        """Everything that has a value of this flow's own: slots, parameters, what nodes keep."""
        kept = (name for node in self.nodes.values() for name in map(str, node.kept()))
        return frozenset((*self.slots, *self.file.parameters, *kept))

    def has(self, name: str) -> bool:
        """Whether a name is one of `names`."""
        return name in self.names

    @cached_property
    def secrets(self) -> frozenset[str]:
        """Slots and parameters that may not be kept."""
        slots = {name for name, slot in self.slots.items() if slot.secret}
        return frozenset(slots | {n for n, p in self.file.parameters.items() if p.secret})

    def is_secret(self, name: str) -> bool:
        """Whether the slot or parameter that `name` is, or begins with, may not be kept."""
        secrets = self.secrets
        return bool(secrets) and name.partition(".")[0] in secrets

    def labeled(self, name: str, value: Value) -> Value:
        """The value as it is shown and said: a slot's choice by its label."""
        if not isinstance(value, SlotValue) or value.type is not SlotType.CHOICE:
            return value
        slot = self.slots.get(name)
        option = slot.options.get(value.value) if slot else None
        return (option.label if option else "") or value.value.replace("_", " ")

    @cached_property
    def links(self) -> Mapping[str, frozenset[str]]:
        """Node -> every node of this flow that may follow, by whatever way."""
        everywhere = {str(v) for _, v in marked(self.file.globals) if isinstance(v, NodeName)}
        shared = (self.file.no_input, self.file.no_match)
        everywhere |= {str(v) for _, v in marked(shared) if isinstance(v, NodeName)}
        if self.file.on_error is not None:
            everywhere.add(str(self.file.on_error))
        return {
            name: frozenset(everywhere | {str(v) for _, v in marked(n) if isinstance(v, NodeName)})
            for name, n in self.nodes.items()
        }

    @cached_property
    def _outside(self) -> dict[str, frozenset[str]]:
        return {}

    def outside(self, node: str) -> frozenset[str]:
        """Nodes that a call can come to without passing `node`: it does not loop over these."""
        if node not in self._outside:
            found: set[str] = set()
            waiting = [
                str(self.file.start),
                *(str(c.to) for c in self.file.globals.values() if c.to),
            ]
            while waiting:
                name = waiting.pop()
                if name != node and name not in found:
                    found.add(name)
                    waiting += self.links.get(name, ())
            self._outside[node] = frozenset(found)
        return self._outside[node]

    @cached_property
    def _digressions(self) -> dict[str, frozenset[str]]:
        return {}

    def digression(self, command: str) -> frozenset[str]:
        """Nodes that a global command leads to, up to those that end a digression."""
        if command not in self._digressions:
            known = self.file.globals.get(command)
            found: set[str] = set()
            waiting = [str(known.to)] if known is not None and known.to else []
            while waiting:
                name = waiting.pop()
                if name in found or name not in self.nodes:
                    continue
                found.add(name)
                if not self.nodes[name].resumes:
                    nexts = (v for _, v in marked(self.nodes[name]) if isinstance(v, NodeName))
                    waiting += map(str, nexts)
            self._digressions[command] = frozenset(found)
        return self._digressions[command]

    @property
    def terminators(self) -> str:
        """Keys that end a digit string."""
        return "#" if self.file.terminators is None else self.file.terminators

    @cached_property
    def timing(self) -> Timing:
        """System's, with the flow's over it."""
        return self.file.timing.over(self.settings.timing)

    def static_prompts(self) -> list[Prompt]:
        """Every prompt without values, in every language and wording: what can be spoken into the
        cache before the first call."""
        return [prompt for view in self.views for prompt in view._static_prompts()]

    def _static_prompts(self) -> list[Prompt]:
        answers = [self.static_answer(base, entry) for base, entry in self.answers()]
        refs = dict.fromkeys(
            [str(v) for _, v in marked(self.file) if isinstance(v, PromptRef)]
            + list(built_in(self.language))
        )
        found = [
            self.static_prompt(ref, turn) for ref in refs for turn in range(len(self.wordings(ref)))
        ]
        return [prompt for prompt in (*found, *answers) if prompt is not None]

    def answers(self) -> Iterator[tuple[Knowledge, Entry]]:
        """The entries that the nodes may tell, in this flow's language."""
        names = dict.fromkeys(str(v) for _, v in marked(self.file) if isinstance(v, KnowledgeName))
        for base in (self.bases[name] for name in names if name in self.bases):
            yield from ((base, entry) for entry in base.in_language(self.language))

    def static_answer(self, base: Knowledge, entry: Entry) -> Prompt | None:
        """An answer without values; None for one that has some."""
        template = parse_template(entry.answers[self.language])
        parts = tuple(part for part in template if isinstance(part, str))
        is_static = bool(parts) and parts == template
        return Prompt(parts, self.language, base.recording(entry)) if is_static else None

    def early_prompts(self) -> list[Prompt]:
        """What is said before the call is answered."""
        found = [self.static_prompt(str(ref)) for ref in self.file.before_answer.early]
        return [prompt for prompt in found if prompt is not None]

    def fixed_prompt(self, ref: str) -> Prompt | None:
        """A prompt that is the same whenever it is said: of one wording, without values."""
        if ref not in self._fixed:
            is_one = len(self.wordings(ref)) == 1
            self._fixed[ref] = self.static_prompt(ref) if is_one else None
        return self._fixed[ref]

    def static_prompt(self, ref: str, turn: int = 0) -> Prompt | None:
        """A prompt without values; None for one that has some."""
        prompt_id, text = self.text(ref, turn)
        template = parse_template(text)
        parts = tuple(part for part in template if isinstance(part, str))
        return Prompt(parts, self.language, prompt_id) if parts and parts == template else None

    def expectations(self) -> list[Expectation]:
        """All that the nodes may expect, for checking and warming up recognizers; each once."""
        found: list[Expectation] = []
        for view in self.views:
            for node in view.nodes.values():
                found += [wanted for wanted in node.expectations(view) if wanted not in found]
        return found


class Node(Strict):
    """What every kind of node has."""

    tags: Tags = Field((), description="Written to the journal on entry, for reports.")
    on_error: NodeName | None = Field(
        None, description="Where the call goes if this node fails; the flow's on_error if left out."
    )

    def expectations(self, flow: Flow) -> Iterable[Expectation]:
        """All that this node may expect of callers."""
        return ()

    def kept(self) -> Iterable[str]:
        """Names that this node may give values to: those of `gives`, and those that it gives on
        some ways only."""
        return {name for names in self.gives().values() for name in names}

    resumes: ClassVar[bool] = False
    """Ends a digression."""
    figures: ClassVar[Mapping[str, str | None]] = {}
    """What only the expressions under the node's `save` may use, by name, with its type."""

    def types(self, type_of: Callable[[str], str | None]) -> Mapping[str, str | None]:
        """The types in expressions of the values that it gives, from those of others; None, or
        left out, where only a call can tell."""
        return {}

    def gives(self) -> Mapping[str, Collection[str]]:
        """Names that get a value here, by the way out on which they surely have one (`ok`, a
        choice's name, `to`); under the empty name, those that have one on every way out."""
        return {}


class Waiting(StrEnum):
    """What the engine waits for."""

    START = "start"
    CALLER = "caller"
    BACKEND = "backend"
    QUEUE = "queue"
    TRANSFER = "transfer"
    MESSAGE = "message"
    PAUSE = "pause"
    CALLBACK = "callback"
    STATUS = "status"
    KNOWLEDGE = "knowledge"
    CUSTOMER = "customer"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was heard in the middle band and is being asked back."""

    kind: str
    """`choice`, `universal`, `slot`, `slots` (two at once) or `form` (all slots of a node)."""
    name: str
    confidence: float
    slots: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    other: Proposal | None = None
    """The caller is asked which of two was meant, this or that."""
    choices: tuple[Choice, ...] = ()
    """Of an `entry` of a knowledge base: what callers say for it and for the other."""

    @property
    def key(self) -> tuple[str, str]:
        """What is denied by a no: the choice, or the slot's value."""
        if self.kind == "slots":
            return self.kind, "\n".join(written(value) for value in self.slots.values())
        if self.kind != "slot":
            return self.kind, self.name
        return self.name, written(self.slots[self.name])


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of the present visit of a node; forgotten on leaving it."""

    no_inputs: int = 0
    no_matches: int = 0
    proposal: Proposal | None = None
    asked_back: tuple[Prompt, ...] = ()
    """How the present proposal was put."""
    unclear: int = 0
    """Answers to the present proposal that were neither yes nor no."""
    denied: frozenset[tuple[str, str]] = frozenset()
    """(slot or kind, value) that the caller said no to: never offered again."""
    settled: frozenset[str] = frozenset()
    """Slots that are filled and, where needed, confirmed."""
    pending: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    """Slots that were heard and wait to be confirmed."""
    rivals: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    """Values that came close to those that wait to be confirmed."""
    attempt: Reaction | None = None
    """What the caller's last silence, or answer that was not understood, led to."""
    misheard: bool = False
    """The recognizer failed once."""
    deaf: bool = False
    """The recognizer failed: only keys are listened for."""
    begun: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    """Values of which the caller has said a part."""
    guess: str = ""
    """Menu: the choice that the caller is asked for before the open question."""
    follows: str = ""
    """Menu: the choice that was answered last, and may be asked for again with other values."""
    memo: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """What a kind remembers of its own."""


@dataclass(frozen=True, slots=True)
class Topic:
    """The caller's present business: the last choice of a menu, and what was said for it."""

    flow: str
    menu: str
    """Node."""
    choice: str
    slots: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    """What was answered, none of it secret: kept for a follow-up."""
    denied: frozenset[tuple[str, str]] = frozenset()
    """(slot, value) that the caller took back: not taken from speech again in this business."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a menu guessed, until the caller has chosen."""

    node: str
    choice: str
    likelihood: float
    arm: str
    """`asked`, or `control`: it was not asked, only noted."""
    at_ms: int
    """When the menu began."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A flow that called another one, as it was: it goes on there."""

    flow: Flow
    node: str
    """The node that called."""
    values: Mapping[str, Value]
    visits: Mapping[str, int]
    trail: tuple[str, ...]
    loops: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A question that the caller left for another one, to come back to it."""

    command: str
    """The global command that led away."""
    floors: int
    """How many flows further out its nodes are."""
    here: Frame
    """The flow and the node that asked."""
    frames: tuple[Frame, ...]
    """Flows that waited for that one."""
    visit: Visit
    topic: Topic | None


@dataclass(frozen=True, slots=True)
class FlowState:
    """Where one call stands."""

    flow: Flow
    language: str
    began: datetime.datetime | None = None
    """When the call was answered, with the call's zone; None where nobody said."""
    at_ms: int = 0
    """The time in the call, as the session counts it (audio heard)."""
    home: str = ""
    """Name of the flow that the call began with."""
    resumes_at: str = ""
    """The node where it begins, as an earlier call broke off there; empty for the flow's start."""
    frames: tuple[Frame, ...] = ()
    """The flows that wait for the present one, the outermost first."""
    customer: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    """The caller's profile: `customer.NAME` in expressions and templates."""
    ruled: frozenset[str] = frozenset()
    """Tags that rules have put on the call."""
    node: str = ""
    came_from: str = ""
    """The node before the present one; empty at the start of a flow."""
    trail: tuple[str, ...] = ()
    """Nodes that listened to the caller, the latest last, for `back`."""
    loops: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    """How often each loop node under way has sent the call round."""
    waiting: Waiting = Waiting.START
    visit: Visit = field(default_factory=Visit)
    values: Mapping[str, Value] = field(default_factory=lambda: NOTHING)
    fresh: Mapping[str, SlotValue] = field(default_factory=lambda: NOTHING)
    """Slots that came along with a choice and no `ask` has taken yet; none secret. They outlive
    the flow that heard them: another one takes a slot of the same name and type."""
    topic: Topic | None = None
    """None before the first choice."""
    digressions: tuple[Interrupted, ...] = ()
    """Questions that wait for the caller to come back, the outermost first."""
    guess: Guess | None = None
    """None where nothing was guessed, or the caller has chosen."""
    visits: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    """How often each node was entered."""
    said: tuple[Prompt, ...] = ()
    """All that was said since the caller's last turn."""
    turns: Mapping[str, int] = field(default_factory=lambda: NOTHING)
    """How often each prompt of several wordings was said."""
    heard: str = ""
    """What the caller said last, unless it was secret."""
    last_said: tuple[Prompt, ...] = ()
    """What was said before that turn: what `repeat` repeats."""
    info: LegInfo = field(default_factory=LegInfo)
    steps: int = 0
    in_a_row: int = 0
    """Visits of the present node without another between."""
    overtime: bool = False
    """The step limit was reached; what is left is for the error path."""
    errors: int = 0
    """Errors since the last success."""
    served: bool = False
    """An agent has talked to the caller."""
    unserved: bool = False
    """The caller waited for an agent, or would have, and none came."""

    intent: str = ""
    """The last choice, for the agent's summary."""

    @property
    def now(self) -> datetime.datetime | None:
        """The time of the present step in the call's zone; None where nobody said."""
        if self.began is None:
            return None
        passed = datetime.timedelta(milliseconds=self.at_ms)
        return (self.began.astimezone(UTC) + passed).astimezone(self.began.tzinfo)

    @property
    def today(self) -> datetime.date | None:
        """The date of the present step."""
        now = self.now
        return now.date() if now else None

    def place(self, node: str) -> str:
        """A node as the journal names it: with its flow, where that is not the call's own."""
        return node if self.flow.name == self.home else f"{self.flow.name}/{node}"

    @property
    def outcome(self) -> Outcome:
        """How the call counts if it ends here in good order."""
        if self.served:
            return Outcome.HANDLED
        return Outcome.FAILED if self.unserved else Outcome.CONTAINED

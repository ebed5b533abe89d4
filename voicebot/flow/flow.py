"""A flow ready to run. Frozen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

from pydantic import Field

from voicebot.core.knowledge import Knowledge
from voicebot.core.meaning import Choice, Expectation, SlotSpec, SlotType, SlotValue
from voicebot.core.phrases import parse_phrase
from voicebot.core.prompt import Prompt
from voicebot.core.telephone import HOME
from voicebot.core.turn import Timing
from voicebot.flow.base import NodeName, Strict, Tags
from voicebot.flow.calendars import Calendar
from voicebot.flow.model import Backend, FlowFile, Global
from voicebot.flow.properties import FlowSettings
from voicebot.flow.reach import Reach
from voicebot.flow.slot import Slot
from voicebot.flow.texts import Texts
from voicebot.flow.values import Value
from voicebot.flow.wording import GLOBAL_PHRASES, UNIVERSALS


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
    def texts(self) -> Texts:
        """What it says."""
        return Texts(self.file, self.bases)

    @cached_property
    def reach(self) -> Reach:
        """Where its nodes lead."""
        return Reach(self.file)

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
        return [prompt for view in self.views for prompt in view.texts.static_prompts()]

    def early_prompts(self) -> list[Prompt]:
        """What is said before the call is answered."""
        found = [self.texts.static_prompt(str(ref)) for ref in self.file.before_answer.early]
        return [prompt for prompt in found if prompt is not None]

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

"""Names of VoiceXML as names of ours: lower case, no signs, each once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_SCOPES = ("application.", "document.", "dialog.", "anonymous.")


class Ref(str):
    """The name of a node that may turn out to be another's."""

    __slots__ = ()


def plain_name(text: str, otherwise: str = "x") -> str:
    """A name in lower case, digits and underscores, that begins with a letter."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    name = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")[:56]
    if not name:
        return otherwise
    return name if name[0].isalpha() else f"{otherwise}_{name}"


def bare(name: str) -> str:
    """A variable's name without its scope."""
    for scope in _SCOPES:
        name = name.removeprefix(scope)
    return name


@dataclass(slots=True)
class Namer:
    """Gives each thing a name of its own."""

    taken: set[str] = field(default_factory=set)
    known: dict[str, str] = field(default_factory=dict)

    def of(self, key: str, otherwise: str = "x") -> str:
        """The name of a thing, the same every time."""
        if key not in self.known:
            self.known[key] = self.new(key, otherwise)
        return self.known[key]

    def new(self, hint: str, otherwise: str = "x") -> str:
        """A name that nothing has."""
        name = base = plain_name(hint, otherwise)
        number = 2
        while name in self.taken:
            name, number = f"{base}_{number}", number + 1
        self.taken.add(name)
        return name

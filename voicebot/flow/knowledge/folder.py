"""The knowledge bases beside the flows: `ivr_flows/knowledge/*.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from voicebot.core.errors import Problem
from voicebot.core.knowledge import Knowledge
from voicebot.flow.knowledge.codes import mistake
from voicebot.flow.knowledge.reading import ReadKnowledge, read_knowledge

FOLDER = "knowledge"
_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Bases:
    """All that were read, by name, and what is wrong with them."""

    bases: Mapping[str, Knowledge] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def knowledge_files(folder: Path) -> list[Path]:
    """Files of knowledge bases beside the flows of a folder."""
    place = folder / FOLDER
    if not place.is_dir():
        return []
    return sorted(file for file in place.iterdir() if file.suffix in _SUFFIXES)


def read_bases(folders: Iterable[Path]) -> Bases:
    """The bases of some folders of flows. Never raises."""
    files = [file for folder in dict.fromkeys(folders) for file in knowledge_files(folder)]
    return together([read_knowledge(file) for file in files])


def together(read: Iterable[ReadKnowledge]) -> Bases:
    """Bases by name; two of one name are a problem."""
    bases: dict[str, Knowledge] = {}
    problems: list[Problem] = []
    for one in read:
        problems += one.problems
        base = one.knowledge
        if base is not None and base.name in bases:
            message = f"there is another knowledge base {base.name}"
            hint = "give one of them another name"
            code = "duplicate-knowledge"
            problems.append(mistake(one.document, ("knowledge",), code, message, hint))
        elif base is not None:
            bases[base.name] = base
    return Bases(bases, tuple(problems))

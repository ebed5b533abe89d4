"""The knowledge base that a command is about, by name or file."""

from __future__ import annotations

import argparse
from pathlib import Path

from voicebot.cli.places import add_places
from voicebot.core.errors import ConfigError, Problem
from voicebot.flow.knowledge.folder import FOLDER, knowledge_files
from voicebot.flow.knowledge.reading import ReadKnowledge, read_knowledge
from voicebot.flow.problems import did_you_mean


def configure(parser: argparse.ArgumentParser) -> None:
    """The argument that all of them have."""
    add_places(parser, "flows")


def base_of(args: argparse.Namespace, name: str) -> ReadKnowledge:
    """A file, or the base of that name beside the flows. Raises `ConfigError` where there is none
    or it cannot be used."""
    direct = Path(name)
    if direct.suffix in (".yaml", ".yml"):
        return fit(read_knowledge(direct))
    bases = [read_knowledge(path) for path in knowledge_files(args.flows)]
    known = {_name(one): one for one in bases}
    if name in known:
        return fit(known[name])
    folder = args.flows / FOLDER
    hint = did_you_mean(name, known) or f"there are: {', '.join(known) or 'none'}"
    message = f"there is no knowledge base {name}"
    raise ConfigError([Problem(str(folder), 0, 0, "missing-knowledge-base", message, hint)])


def fit(read: ReadKnowledge) -> ReadKnowledge:
    """What can be used. Raises `ConfigError` with every mistake."""
    if not read.is_fit:
        raise ConfigError(read.problems)
    return read


def _name(read: ReadKnowledge) -> str:
    return read.knowledge.name if read.knowledge else Path(read.document.file).stem

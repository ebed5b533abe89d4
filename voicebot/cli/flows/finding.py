"""The flow that a command is about, by name or file."""

from __future__ import annotations

import argparse
from pathlib import Path

from voicebot.core.errors import ConfigError, Problem
from voicebot.flow.document import read_document
from voicebot.flow.files import SUFFIXES, flow_files
from voicebot.flow.flow import Flow
from voicebot.flow.loader import load_file
from voicebot.flow.problems import did_you_mean


def add_flow(parser: argparse.ArgumentParser) -> None:
    """The flow that is meant, as `flow`, and the `folder` where it is looked for."""
    parser.add_argument(
        "flow", metavar="NAME|FILE", help="name of a flow in the folder, or a flow file"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("ivr_flows"),
        metavar="DIR",
        help="of flows (ivr_flows)",
    )


def load_by_name(folder: Path, name: str) -> Flow:
    """A flow file, or the flow of that name in a folder. Raises `ConfigError`."""
    return load_file(path_by_name(folder, name))


def path_by_name(folder: Path, name: str) -> Path:
    """The file of a flow. Raises `ConfigError` where there is none."""
    direct = Path(name)
    if direct.suffix in SUFFIXES and direct.is_file():
        return direct
    files = {_name_of(path): path for path in flow_files(folder)} if folder.is_dir() else {}
    if name in files:
        return files[name]
    known = ", ".join(sorted(filter(None, files))) or "none"
    hint = did_you_mean(name, files) or f"there are: {known}"
    raise ConfigError(
        [Problem(str(folder), 0, 0, "missing-flow", f"there is no flow {name}", hint)]
    )


def _name_of(path: Path) -> str:
    data = read_document(path).data
    name = data.get("flow") if isinstance(data, dict) else None
    return name if isinstance(name, str) else path.stem

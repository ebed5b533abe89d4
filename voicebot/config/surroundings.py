"""What flows may name of the configuration: for tools that check flows without serving them."""

from __future__ import annotations

from pathlib import Path

from voicebot.config.settings import HotlineFile
from voicebot.config.toml_file import TomlFile
from voicebot.core.errors import ConfigError, Problem
from voicebot.flow.report import Surroundings


def surroundings(config: Path) -> Surroundings:
    """The names in `config/hotline.toml`; of an empty folder, those of the sample hotlines.

    Raises `ConfigError` where the folder is not there or the file is wrong.
    """
    if not config.is_dir():
        raise ConfigError([Problem(str(config), 0, 0, "missing-folder", "there is no such folder")])
    file = TomlFile(config / "hotline.toml")
    hotline = file.read(HotlineFile)
    if hotline is None:
        raise ConfigError(file.problems)
    return Surroundings([queue.name for queue in hotline.queues], list(hotline.destinations))

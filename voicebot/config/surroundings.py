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
    return surroundings_of(hotline_file(config))


def hotline_file(config: Path) -> HotlineFile:
    """What `config/hotline.toml` says. Raises `ConfigError` as `surroundings`."""
    if not config.is_dir():
        raise ConfigError([Problem(str(config), 0, 0, "missing-folder", "there is no such folder")])
    file = TomlFile(config / "hotline.toml")
    hotline = file.read(HotlineFile)
    if hotline is None or file.problems:
        raise ConfigError(file.problems)
    return hotline


def hotline_in(config: Path) -> HotlineFile:
    """The same; the defaults where there is no such folder."""
    return hotline_file(config) if config.is_dir() else HotlineFile()


def surroundings_of(hotline: HotlineFile) -> Surroundings:
    """The names that a configuration has."""
    return Surroundings(
        [queue.name for queue in hotline.queues],
        list(hotline.destinations),
        calendars=hotline.calendars,
        secrets=list(hotline.secrets),
        mail=bool(hotline.mail.host),
        answers=hotline.answers,
        customers=hotline.customers.terms,
    )


def database_url(hotline: HotlineFile | None, data: Path) -> str:
    """Where calls and published flows are kept: a file of the data folder, if nothing else is
    configured."""
    return (hotline.database if hotline else "") or f"sqlite:///{data / 'voicebot.db'}"

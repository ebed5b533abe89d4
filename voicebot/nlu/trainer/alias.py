"""Which model serves: a name that stands for one of the versions that were published.

intents.npz -> intents.models/3f09….npz      the name that hotline.toml has
intents.models/                              every version, by its name; log.jsonl
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from voicebot.core.errors import ConfigError, Problem
from voicebot.core.whole_file import write_whole
from voicebot.nlu.intents import store

PUBLISHED, ROLLED_BACK = "published", "rolled back"


@dataclass(frozen=True, slots=True)
class Serving:
    """A line of the log: from then on this version serves."""

    version: str
    kind: str
    """`published` or `rolled back`."""
    when: str
    """ISO 8601, UTC."""
    by: str
    why: str


def folder_of(alias: Path) -> Path:
    """Of its versions."""
    return alias.with_name(f"{alias.stem}.models")


def log_of(alias: Path) -> list[Serving]:
    """What has served, oldest first."""
    file = folder_of(alias) / "log.jsonl"
    if not file.is_file():
        return []
    return [Serving(**json.loads(line)) for line in file.read_text("utf-8").splitlines() if line]


def publish(alias: Path, model: Path, *, by: str, when: datetime, why: str) -> Serving:
    """Let `model` serve under that name. Raises `ConfigError`, and changes nothing, where it is
    damaged or of another language than the one that serves."""
    new = store.load(model)
    if alias.exists():
        old = store.load(alias)
        if old.language != new.language:
            message = f"it understands `{new.language}`, the one that serves `{old.language}`"
            raise _problem(model, "intent-language", message, "publish it under a name of its own")
        if not log_of(alias):
            _keep(alias, alias, old.version)
            _note(alias, Serving(old.version, PUBLISHED, _at(when), by, "as it was"))
    _keep(alias, model, new.version)
    return _serve(alias, Serving(new.version, PUBLISHED, _at(when), by, why))


def roll_back(alias: Path, *, to: str, by: str, when: datetime, why: str) -> Serving:
    """Let the version serve that did before, or the one whose name begins with `to`. Raises
    `ConfigError` where there is none."""
    version = _before(alias) if not to else _named(alias, to)
    store.load(folder_of(alias) / f"{version}.npz")
    return _serve(alias, Serving(version, ROLLED_BACK, _at(when), by, why))


def _before(alias: Path) -> str:
    """The version that the one now took the place of; going back twice goes back two."""
    trail: list[str] = []
    for entry in log_of(alias):
        if entry.kind == ROLLED_BACK and entry.version in trail:
            del trail[trail.index(entry.version) + 1 :]
        elif not trail or trail[-1] != entry.version:
            trail.append(entry.version)
    if len(trail) < 2:
        hint = "publish a second one first: voicebot nlu publish"
        raise _problem(alias, "no-version", "no other model served before this one", hint)
    return trail[-2]


def _named(alias: Path, to: str) -> str:
    found = sorted({e.version for e in log_of(alias) if e.version.startswith(to)})
    if len(found) != 1:
        names = [entry.version for entry in log_of(alias)]
        hint = "known: " + (", ".join(dict.fromkeys(names)) or "none")
        what = "several versions begin" if found else "no version begins"
        raise _problem(alias, "no-version", f"{what} with {to!r}", hint)
    return found[0]


def _serve(alias: Path, entry: Serving) -> Serving:
    target = Path(folder_of(alias).name) / f"{entry.version}.npz"
    with tempfile.TemporaryDirectory(dir=alias.parent, prefix=f".{alias.name}.") as folder:
        link = Path(folder) / alias.name
        link.symlink_to(target)
        # The link is read from where it will be, so it leads nowhere until it is there.
        link.replace(alias)
    _note(alias, entry)
    return entry


def _keep(alias: Path, model: Path, version: str) -> None:
    target = folder_of(alias) / f"{version}.npz"
    if not target.exists():
        write_whole(target, model.read_bytes())


def _note(alias: Path, entry: Serving) -> None:
    with (folder_of(alias) / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")


def _at(when: datetime) -> str:
    return when.isoformat(timespec="seconds")


def _problem(file: Path, code: str, message: str, hint: str) -> ConfigError:
    return ConfigError([Problem(str(file), 0, 0, code, message, hint)])


def lines(log: Sequence[Serving]) -> list[str]:
    """The log for people, youngest first, the one that serves marked."""
    last = len(log) - 1
    return [
        f"{'*' if at == last else ' '} {e.version}  {e.when}  {e.kind} by {e.by}: {e.why}"
        for at, e in reversed(list(enumerate(log)))
    ]

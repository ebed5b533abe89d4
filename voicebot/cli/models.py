"""Speech models: what there is, fetching, verifying.

    voicebot models list
    voicebot models fetch vosk-model-small-en-us-0.15
    voicebot models verify

Models lie under `asr_models/`, each in a folder of its name. A download that was interrupted goes
on where it ended. The checksum must be that of the manifest or, where the publisher gives none,
that of the first fetch. English is heard by PocketSphinx without any of them.

Exit codes: 0 done, 1 a fetch or a check failed, 2 wrong use or a wrong manifest.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn
from rich.table import Table

from voicebot.asr.models.catalog import Catalog, ModelEntry, load_catalog
from voicebot.asr.models.fetch import FetchError, fetch
from voicebot.asr.models.folder import faults, is_recorded
from voicebot.core.errors import ConfigError, Problem


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of `voicebot models`."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--models",
        type=Path,
        default=Path("asr_models"),
        metavar="DIR",
        help="where models lie (asr_models)",
    )
    common.add_argument(
        "--manifest", action="append", default=[], type=Path, help="a further manifest (TOML)"
    )
    commands = parser.add_subparsers(dest="action", required=True, metavar="SUBCOMMAND")
    listing = commands.add_parser(
        "list", parents=[common], help="what can be fetched, what is here"
    )
    listing.add_argument("--json", action="store_true")
    fetching = commands.add_parser("fetch", parents=[common], help="fetch models by name")
    fetching.add_argument("names", nargs="+", metavar="NAME")
    verifying = commands.add_parser("verify", parents=[common], help="check what is here")
    verifying.add_argument("names", nargs="*", metavar="NAME", help="default: all that are here")


def run(args: argparse.Namespace) -> int:
    """Exit code of `voicebot models`."""
    catalog = load_catalog(args.models, args.manifest)
    if args.action == "list":
        return _list(catalog, as_json=args.json)
    if args.action == "fetch":
        return _fetch(catalog, args.names)
    return _verify(catalog, args.names)


def _list(catalog: Catalog, *, as_json: bool) -> int:
    names = [entry.name for entry in catalog.entries]
    if as_json:
        for entry in catalog.entries:
            print(json.dumps(_row(catalog, entry), ensure_ascii=False))
        return 0
    table = Table(box=None)
    table.add_column("name", no_wrap=True, min_width=max(map(len, names), default=0))
    for title in ("language", "MB", "license", "here", "about"):
        table.add_column(title)
    for entry in catalog.entries:
        here = "yes" if catalog.path(entry).is_dir() else "no"
        size = str(entry.size_mb or "?")
        table.add_row(entry.name, entry.language, size, entry.licence, here, entry.about)
    Console().print(table)
    return 0


def _row(catalog: Catalog, entry: ModelEntry) -> dict[str, object]:
    return {
        "name": entry.name,
        "language": entry.language,
        "size_mb": entry.size_mb,
        "licence": entry.licence,
        "url": entry.url,
        "sha256": entry.sha256 or catalog.recorded(entry.name),
        "here": catalog.path(entry).is_dir(),
    }


def _fetch(catalog: Catalog, names: list[str]) -> int:
    entries = [_entry(catalog, name) for name in names]
    failed = 0
    for entry in entries:
        try:
            _fetch_one(catalog, entry)
        except FetchError as error:
            failed += 1
            print(f"voicebot: {error}", file=sys.stderr)
    return 1 if failed else 0


def _fetch_one(catalog: Catalog, entry: ModelEntry) -> None:
    console = Console(stderr=True)
    columns = ("{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(entry.name, total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        fetched = fetch(entry, catalog, show)
    print(f"{entry.name} is at {fetched.path} ({entry.licence})")
    if fetched.trusted_first:
        print(f"  Its publisher gives no checksum. This first fetch was trusted: {fetched.sha256}")
        print("  It is kept in checksums.json; later fetches must match it.")


def _entry(catalog: Catalog, name: str) -> ModelEntry:
    entry = catalog.entry(name)
    if entry is None:
        known = ", ".join(entry.name for entry in catalog.entries) or "none"
        problem = Problem(str(catalog.folder), 0, 0, "unknown-model", name, f"known: {known}")
        raise ConfigError([problem])
    return entry


def _verify(catalog: Catalog, names: list[str]) -> int:
    folders = {name: catalog.folder / name for name in names} or _folders(catalog)
    for name, folder in folders.items():
        if not folder.is_dir():
            _entry(catalog, name)
    if not folders:
        print(f"no models in {catalog.folder}")
    failed = 0
    for name, folder in folders.items():
        entry = catalog.entry(name)
        expected = (entry.sha256 if entry else "") or catalog.recorded(name)
        found = faults(folder, expected, entry.kind if entry else "vosk")
        failed += bool(found)
        for fault in found:
            print(f"{name}: {fault}")
        if not found:
            note = "" if is_recorded(folder) else " (put here by hand: no checksums to compare)"
            print(f"{name}: ok{note}")
        elif entry is not None:
            print(f"  run `voicebot models fetch {name}`")
    return 1 if failed else 0


def _folders(catalog: Catalog) -> dict[str, Path]:
    if not catalog.folder.is_dir():
        return {}
    inside = (path for path in sorted(catalog.folder.iterdir()) if path.is_dir())
    return {path.name: path for path in inside if not path.name.startswith(".")}

"""Which files are flow files."""

from __future__ import annotations

from pathlib import Path as FilePath

SUFFIXES = (".yaml", ".yml")


def flow_files(path: FilePath) -> list[FilePath]:
    """The flow files that a path stands for, sorted: itself, or those in the folder."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.suffix in SUFFIXES and file.is_file())

"""A file is written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import pytest

from voicebot.core.whole_file import write_whole


def test_text_bytes_and_functions_are_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    for data in ("grüße", "grüße".encode(), lambda file: file.write("grüße".encode())):
        write_whole(path, data)
        assert path.read_text("utf-8") == "grüße"
        path.unlink()


def test_what_fails_midway_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, "old")

    def breaks_off(file: IO[bytes]) -> None:
        file.write(b"half")
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        write_whole(path, breaks_off)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_permissions_stay_unless_others_are_wanted(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, "one")
    assert path.stat().st_mode & 0o777 == 0o644
    path.chmod(0o600)
    write_whole(path, "two", durable=False)
    assert path.stat().st_mode & 0o777 == 0o600
    write_whole(path, "three", mode=0o640)
    assert path.stat().st_mode & 0o777 == 0o640

"""`voicebot calls list` by every filter, page by page, and `voicebot calls export`."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tarfile
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from call_story import NOON, Pen
from databases import Sqlite

from voicebot.cli import main
from voicebot.store.bundle import safe_cell
from voicebot.store.opening import Store, open_store
from voicebot.store.query import CallFilter
from voicebot.store.settings import StoreSettings

MINE = "+4917055501"


def write_calls(store: Store) -> None:
    """Three calls, an hour apart: aa11, bb22, cc33."""
    calls = [
        ("aa11", MINE, "bank_en", "billing", "vip", 0.91),
        ("bb22", "004917055501", "bank_zh", "bill", "late_vip", 0.44),
        ("cc33", "+4917066602", "bank_en", "卡", "", 0.8),
    ]
    for hour, (name, caller, flow, intent, tag, confidence) in enumerate(calls):
        write = Pen(name, NOON + timedelta(hours=hour))
        facts = write.begin(caller=caller, flow=flow)
        facts.append(write("recording", 1, file=f"recordings/{name}.wav", paused=False))
        facts.append(write("heard", 900, text=f"={name} words", confidence=confidence))
        facts.append(write("understood", 900, choice=intent, confidence=confidence))
        facts += [write("tagged", 901, tag=tag)] if tag else []
        for fact in [*facts, write.end()]:
            store.journal.write(fact)
    assert store.journal.flush()


@pytest.fixture
def data(tmp_path: Path) -> str:
    """A data folder with three calls and two of their recordings."""
    folder = tmp_path / "data"
    (folder / "recordings").mkdir(parents=True)
    for name in ("aa11", "bb22"):
        (folder / "recordings" / f"{name}.wav").write_bytes(b"RIFF" + name.encode())
    store = open_store(Sqlite(folder).url, StoreSettings(node="here"))
    write_calls(store)
    store.close()
    return str(folder)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (CallFilter(callers=(MINE, "004917055501")), ["bb22", "aa11"]),
        (CallFilter(intent="bill"), ["bb22"]),
        (CallFilter(intent="卡"), ["cc33"]),
        (CallFilter(tag="vip"), ["aa11"]),
        (CallFilter(confidence=0.5), ["bb22"]),
        (CallFilter(confidence=0.85, flow="bank_en"), ["cc33"]),
        (CallFilter(since=NOON + timedelta(hours=1), until=NOON + timedelta(hours=2)), ["bb22"]),
        (CallFilter(text="AA11 words"), ["aa11"]),
    ],
)
def test_filters(store: Store, wanted: CallFilter, found: list[str]) -> None:
    write_calls(store)
    assert [cdr.call for cdr in store.calls.list(wanted).calls] == found


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--number", "+49 170 55501"], ["bb22", "aa11"]),
        (["--intent", "billing", "--tag", "vip"], ["aa11"]),
        (["--unsure", "0.5"], ["bb22"]),
        (["--flow", "bank_en", "--until", "2026-11-22T13:30+00:00"], ["aa11"]),
        (["--outcome", "running"], []),
    ],
)
def test_options(
    data: str, options: list[str], found: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calls", "list", "--json", *options, "--data", data]) == 0
    assert [json.loads(row)["call"] for row in capsys.readouterr().out.splitlines()] == found


def test_pages(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["calls", "list", "--json", "--limit", "2", "--data", data]
    assert main(words) == 0
    first = capsys.readouterr()
    assert [json.loads(row)["call"] for row in first.out.splitlines()] == ["cc33", "bb22"]
    cursor = first.err.split()[-1]
    assert main([*words, "--cursor", cursor]) == 0
    second = capsys.readouterr()
    assert [json.loads(row)["call"] for row in second.out.splitlines()] == ["aa11"]
    assert second.err == ""
    assert main([*words, "--cursor", "nonsense"]) == 2


def test_export_of_journals(data: str, tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    assert main(["calls", "export", "--number", MINE, "-o", str(file), "--data", data]) == 0
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [row["call"]["call"] for row in rows] == ["bb22", "aa11"]
    assert [fact["kind"] for fact in rows[1]["facts"]][:2] == ["rang", "answered"]


def test_export_of_records(data: str, tmp_path: Path) -> None:
    file = tmp_path / "all.csv"
    assert main(["calls", "export", "aa1", "cc33", "-o", str(file), "--data", data]) == 0
    rows = list(csv.DictReader(io.StringIO(file.read_bytes().decode())))
    assert [(row["call"], row["intents"], row["tags"]) for row in rows] == [
        ("aa11", "billing", "vip"),
        ("cc33", "卡", ""),
    ]
    assert rows[0]["caller"] == MINE


def test_export_of_recordings(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "sound"
    assert main(["calls", "export", "-o", str(folder), "--data", data]) == 1
    assert "recordings/cc33.wav" in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["aa11.wav", "bb22.wav"]
    assert (folder / "aa11.wav").read_bytes() == b"RIFFaa11"


@pytest.mark.parametrize("name", ["all.zip", "all.tar", "all.tar.gz"])
def test_a_bundle_holds_what_its_manifest_says(data: str, tmp_path: Path, name: str) -> None:
    words = ["calls", "export", "--number", MINE, "--data", data, "-o"]
    assert main([*words, str(tmp_path / name)]) == 0
    files = unpacked(tmp_path / name)
    manifest = json.loads(files.pop("manifest.json"))
    assert set(manifest["files"]) == set(files)
    assert {"calls.csv", "calls/aa11.json", "calls/aa11.wav"} <= set(files)
    for path, entry in manifest["files"].items():
        assert entry["bytes"] == len(files[path])
        assert entry["sha256"] == hashlib.sha256(files[path]).hexdigest()
    assert (manifest["calls"], manifest["missing"]) == (2, [])


def unpacked(path: Path) -> dict[str, bytes]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(path) as tar:
        found = {member.name: tar.extractfile(member) for member in tar.getmembers()}
        return {name: file.read() for name, file in found.items() if file is not None}


def test_two_bundles_of_the_same_calls_are_alike(data: str, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        main(["calls", "export", "aa11", "--data", data, "-o", str(tmp_path / name)])
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_parquet(data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "all.parquet"
    words = ["calls", "export", "--data", data, "-o", str(file)]
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        assert main(words) == 1
        assert "requirements/parquet.txt" in capsys.readouterr().err
        assert not file.exists()
        return
    assert main(words) == 0
    rows = parquet.read_table(str(file)).to_pylist()
    assert [row["call"] for row in rows] == ["cc33", "bb22", "aa11"]


def test_what_cannot_be_exported(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["calls", "export", "--data", data, "-o"]
    assert main([*words, str(tmp_path / "all.xls")]) == 2
    assert ".parquet" in capsys.readouterr().err
    assert main([*words, str(tmp_path / "nowhere" / "all.csv")]) == 2
    assert main([*words, str(tmp_path / "all.csv"), "--tag", "nobody"]) == 1
    assert main([*words, str(tmp_path / "all.csv"), "zz"]) == 2
    assert not (tmp_path / "all.csv").exists()


def test_cells_are_no_formulas() -> None:
    cells = ["=1+1", "@sum", "-x", "+4917", "+cmd|x", "good", None, 3]
    assert [safe_cell(cell) for cell in cells] == [
        *("'=1+1", "'@sum", "'-x", "+4917", "'+cmd|x", "good", "", 3)
    ]

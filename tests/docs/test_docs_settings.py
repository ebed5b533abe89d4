"""docs/ops.md against the settings: every one of them, with its default."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import pytest
from documents import PAGES, ROOT, Block, blocks, name_of, program, rows, section, text_of

from voicebot.audio.wav_writer import write_wav
from voicebot.cli import serve
from voicebot.config import HotlineFile, load
from voicebot.core.audio import Pcm
from voicebot.core.errors import ConfigError
from voicebot.sip.settings import PRIVATE_NETWORKS, SipSettings

written = program("defaults")
OPS = text_of("docs/ops.md")


@pytest.mark.parametrize("heading", written.tables())
def test_every_setting_is_explained_with_its_default(heading: str) -> None:
    expected = written.defaults(written.tables()[heading])
    explained = rows(section(OPS, heading))
    assert [row[0] for row in explained] == [f"`{name}`" for name in expected]
    assert {row[0].strip("`"): row[1] for row in explained} == expected, "run docs/defaults.py"
    assert all(len(row) == 3 and row[2].endswith(".") for row in explained)


def test_every_table_of_settings_has_a_dataclass() -> None:
    shown = {line[4:] for line in OPS.splitlines() if line.startswith(("### sip.", "### hotline."))}
    assert shown == set(written.tables())


def test_a_changed_default_is_written_into_the_page() -> None:
    assert written.with_defaults(OPS) == OPS
    row = "| `capacity` | `0` |"
    assert row in OPS
    assert written.with_defaults(OPS.replace(row, "| `capacity` | `99` |")) == OPS


def test_what_is_there_without_any_entry_is_as_the_guide_says() -> None:
    sockets = [f"{t.protocol.upper()} {t.port}" for t in SipSettings().transports]
    assert f"Without any: {sockets[0]}, {sockets[1]} and {sockets[2]}." in OPS
    queues = [f"`{queue.name}`" for queue in HotlineFile().queues]
    assert f"Without any: {' and '.join(queues)}," in OPS
    text = " ".join(section(OPS, "Every setting").split())
    listed = f"{', '.join(PRIVATE_NETWORKS[:-1])} and {PRIVATE_NETWORKS[-1]}"
    assert listed in text


def toml_examples() -> list[Block]:
    return [block for page in PAGES for block in blocks(page, "toml")]


@pytest.mark.parametrize("block", toml_examples(), ids=lambda block: name_of(block.page))
def test_an_example_of_settings_loads(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each example says in its first line which file it is of."""
    file = block.text.splitlines()[0].removeprefix("# ").split()[0]
    assert file in ("sip.toml", "hotline.toml")
    monkeypatch.setenv("PROVIDER_PASSWORD", "not a real one")
    monkeypatch.setenv("CONSOLE_TOKEN", "sixteen characters")
    for name in ("ANNA", "EVA"):
        monkeypatch.setenv(f"{name}_TOKEN", f"sixteen characters of {name}")
    (tmp_path / file).write_text(block.text, "utf-8")
    flows = tmp_path / "flows"
    shutil.copytree(ROOT / "ivr_flows", flows)
    (flows / "music").mkdir()
    write_wav(flows / "music/waiting.wav", Pcm.silence(1_000, 8_000))
    settings = load(tmp_path, flows, tmp_path)
    assert settings.sip != SipSettings() or settings.hotline != HotlineFile()


def test_the_sample_configuration_loads_and_says_the_defaults(tmp_path: Path) -> None:
    settings = load(ROOT / "sip_config", ROOT / "ivr_flows", tmp_path)
    assert settings.sip == SipSettings()
    assert settings.hotline.calls == HotlineFile().calls
    assert [queue.name for queue in settings.hotline.queues] == [
        queue.name for queue in HotlineFile().queues
    ]


def test_without_any_file_the_sample_hotlines_would_serve(tmp_path: Path) -> None:
    settings = load(tmp_path, ROOT / "ivr_flows", tmp_path)
    assert settings.hotline == HotlineFile()


def test_the_options_of_serve_are_all_in_the_guide() -> None:
    parser = argparse.ArgumentParser()
    serve.configure(parser)
    options = {name for action in parser._actions for name in action.option_strings}
    for option in options - {"-h", "--help"}:
        assert option in section(OPS, "Start and stop"), option


def test_music_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    queue = '[[queues]]\nname = "{}"\n'
    text = queue.format("service") + queue.format("cards") + 'music = "no such file.wav"\n'
    (tmp_path / "hotline.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, ROOT / "ivr_flows", tmp_path)
    [problem] = raised.value.problems
    assert (problem.code, problem.line) == ("bad-music", 5)


def test_a_configuration_folder_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load(tmp_path / "sip_confg", ROOT / "ivr_flows", tmp_path)
    assert [problem.code for problem in raised.value.problems] == ["missing-folder"]

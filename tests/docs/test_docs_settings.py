"""docs/ops.md against the settings: every one of them, with its default."""

from __future__ import annotations

import argparse
import dataclasses
import typing
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

import pytest
from documents import PAGES, ROOT, Block, blocks, name_of, rows, section, text_of

from voicebot.cli import serve
from voicebot.config import HotlineFile, load
from voicebot.sip.settings import PRIVATE_NETWORKS, SipSettings

OPS = text_of("docs/ops.md")


def inner(hint: object) -> tuple[type | None, bool]:
    """The dataclass that a field holds, and whether there are several of it."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return hint, False
    for argument in typing.get_args(hint):
        if isinstance(argument, type) and dataclasses.is_dataclass(argument):
            return argument, True
    return None, False


def tables() -> list[tuple[str, type]]:
    """Headings of the guide's tables, each with the dataclass that it explains."""
    found: list[tuple[str, type]] = []
    for file, cls in (("sip.toml", SipSettings), ("hotline.toml", HotlineFile)):
        found.append((file, cls))
        for name, hint in typing.get_type_hints(cls).items():
            held, several = inner(hint)
            if held is not None:
                brackets = f"[[{name}]]" if several else f"[{name}]"
                found.append((f"{file}: {brackets}", held))
    return found


def default_of(field: dataclasses.Field[object]) -> str:
    """The default as the guide writes it: TOML, or a word in italics."""
    if field.default is not dataclasses.MISSING:
        value = field.default
    elif field.default_factory is not dataclasses.MISSING:
        value = field.default_factory()
    else:
        return "*required*"
    if value is None:
        return "*none*"
    return "*private networks*" if value == PRIVATE_NETWORKS else f"`{toml(value)}`"


def toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case Enum():
            return toml(value.value)
        case str() | Path():
            return f'"{value}"'
        case tuple():
            return f"[{', '.join(map(toml, value))}]"
        case Mapping():
            inside = ", ".join(f"{key} = {toml(item)}" for key, item in value.items())
            return f"{{{inside}}}"
    return str(value)


@pytest.mark.parametrize(("heading", "cls"), tables(), ids=[heading for heading, _ in tables()])
def test_every_setting_is_explained_with_its_default(heading: str, cls: type) -> None:
    hints = typing.get_type_hints(cls)
    plain = [field for field in dataclasses.fields(cls) if inner(hints[field.name])[0] is None]
    expected = {f"`{field.name}`": default_of(field) for field in plain}
    explained = rows(section(OPS, heading))
    assert {row[0]: row[1] for row in explained} == expected
    assert [row[0] for row in explained] == list(expected)
    assert all(len(row) == 3 and row[2].endswith(".") for row in explained)


def test_every_table_of_settings_has_a_dataclass() -> None:
    shown = {line[4:] for line in OPS.splitlines() if line.startswith(("### sip.", "### hotline."))}
    assert shown == {heading for heading, _ in tables()}


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
    (tmp_path / file).write_text(block.text, "utf-8")
    settings = load(tmp_path, ROOT / "ivr_flows", tmp_path)
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

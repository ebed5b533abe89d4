"""What the documentation tells people to type, and where it points them to."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import PAGES, ROOT, blocks, name_of, prose, text_of

from voicebot.cli import COMMANDS, main


def commands() -> Iterator[tuple[str, str]]:
    """Every call of `voicebot` in a fenced block, in a line of code, or in a command's help."""
    for page in PAGES:
        for block in [*blocks(page, ""), *blocks(page, "sh")]:
            yield from ((name_of(page), line) for line in block.text.splitlines())
        yield from ((name_of(page), code) for code in re.findall(r"`([^`\n]+)`", prose(page)))
    for name in COMMANDS:
        doc = importlib.import_module(f"voicebot.cli.{name}").__doc__ or ""
        yield from ((f"cli/{name}", line.strip()) for line in doc.splitlines())


def examples() -> list[tuple[str, list[str]]]:
    found = []
    for where, line in commands():
        call = re.match(r"(?:printf .* \| )?(?:\.venv/bin/)?voicebot (?=[a-z])(.+)", line)
        if call is None:
            continue
        # What follows two blanks is a remark, or the next column.
        words = shlex.split(re.split(r"\s{2,}| \| ", call[1])[0])
        if len(words) > 1 or words[0] not in COMMANDS:
            found.append((where, words))
    return found


EXAMPLES = examples()


def parser_of(name: str) -> argparse.ArgumentParser:
    module = importlib.import_module(f"voicebot.cli.{name}")
    parser = argparse.ArgumentParser(prog=f"voicebot {name}", exit_on_error=False)
    module.configure(parser)
    return parser


def test_there_are_examples_of_every_command() -> None:
    assert {words[0] for _, words in EXAMPLES} == set(COMMANDS)


@pytest.mark.parametrize(
    ("where", "words"), EXAMPLES, ids=[f"{where}: {' '.join(words)}" for where, words in EXAMPLES]
)
def test_a_command_is_understood(
    where: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    del where
    assert words[0] in COMMANDS
    is_only_named = all(word.isalpha() and word.islower() for word in words)
    parts = getattr(importlib.import_module(f"voicebot.cli.{words[0]}"), "PARTS", {})
    if words[1:2] and words[1] in parts:
        words = [f"{words[0]}_{words[1]}", *words[2:]]
    try:
        parser_of(words[0]).parse_args([*words[1:], *(["--help"] if is_only_named else [])])
    except SystemExit as ended:
        if ended.code:
            pytest.fail(capsys.readouterr().err)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module = importlib.import_module(f"voicebot.cli.{name}")
    assert "xit code" in module.__doc__
    with pytest.raises(SystemExit) as ended:
        parser_of(name).parse_args(["--help"])
    assert ended.value.code == 0
    assert "usage" in capsys.readouterr().out


def test_models_in_examples_can_be_fetched() -> None:
    manifest = text_of("asr_models/manifest.toml")
    named = {w for _, words in EXAMPLES if words[:2] == ["models", "fetch"] for w in words[2:]}
    assert named - {"NAME"}
    for name in named - {"NAME"}:
        assert f'name = "{name}"' in manifest


def test_scripts_in_examples_are_there() -> None:
    for page in PAGES:
        for name in re.findall(r"\bscript/([a-z0-9-]+)", page.read_text("utf-8")):
            assert (ROOT / "script" / name).is_file(), f"{name_of(page)}: script/{name}"


# ---------------------------------------------------------------- links


def links() -> list[tuple[Path, str]]:
    found = []
    for page in PAGES:
        targets = re.findall(r"\]\(([^)\s]+)\)", prose(page))
        found += [(page, target) for target in targets if "://" not in target]
    return found


def anchors(page: Path) -> set[str]:
    """As GitHub makes them: lower case, blanks to hyphens, the rest of the signs gone."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {text.replace(" ", "-") for text in plain}


@pytest.mark.parametrize(
    ("page", "target"), links(), ids=[f"{name_of(page)}: {to}" for page, to in links()]
)
def test_a_link_leads_somewhere(page: Path, target: str) -> None:
    file, _, anchor = target.partition("#")
    to = (page.parent / file).resolve() if file else page
    assert to.exists(), f"no file {file}"
    if anchor:
        assert anchor in anchors(to)


def test_paths_named_in_the_guide_for_developers_are_there() -> None:
    text = text_of("docs/development.md")
    named = re.findall(
        r"`((?:voicebot|tests|docs|bench|asr_models|ivr_flows|script)/[\w./-]+)`", text
    )
    assert len(named) > 8
    for name in named:
        assert (ROOT / name).exists(), name
    for name in re.findall(r"`((?:core|turns|store|flow|nlu|prompts|kinds)/[\w./-]+)`", text):
        inside = [ROOT / "voicebot" / name, ROOT / "voicebot/flow" / name]
        assert any(path.exists() for path in inside), name


def test_the_versions_agree(capsys: pytest.CaptureFixture[str]) -> None:
    version = re.search(r'^version = "(.+)"$', text_of("pyproject.toml"), re.MULTILINE)
    assert version is not None
    assert f"## [{version[1]}]" in text_of("CHANGELOG.md")
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"voicebot {version[1]}\n"


def test_a_command_that_is_not_there_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sevre"]) == 2
    said = capsys.readouterr().err
    assert "there is no command 'sevre'" in said
    assert all(f"  {name}" in said for name in COMMANDS)

"""Reading files: every problem, at its line and column, with a way out; nothing can blow up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from voicebot.core.errors import ConfigError, Problem
from voicebot.flow.document import Document, read_text
from voicebot.flow.loader import load_flows

Problems = Callable[..., tuple[Problem, ...]]

FIRST = """
first:
  kind: menu
  prompt: "Well?"
  choices:
    go: {key: 1, phrases: ["go"], to: bye}
"""


def read(text: str) -> Document:
    return read_text(text, Document("a.yaml"))


def test_words_are_words_and_numbers_numbers() -> None:
    data = read("{a: yes, b: on, c: true, d: ~, e: 007, f: 1.5, g: '1', h: 0, i: 2026-01-02}").data
    expected = {"a": "yes", "b": "on", "c": True, "d": None, "e": "007"}
    assert data == {**expected, "f": 1.5, "g": "1", "h": 0, "i": "2026-01-02"}


def test_anchors_and_merging() -> None:
    assert read("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}").data["b"] == {"p": 1, "q": 3}


def test_a_key_that_is_written_twice_is_a_problem_at_the_second() -> None:
    (problem,) = read("a: 1\nb:\n  c: 1\n  c: 2\n").problems
    assert str(problem) == "a.yaml:4:3: error duplicate-key c is written twice"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [1", "yaml"),
        ("a: b: c", "yaml"),
        ("a: !!python/object/apply:os.system [ls]", None),
        ("[" * 100 + "]" * 100, "yaml"),
        ("a: &a [*a]", "too-much"),
        ("a: &a {b: *a}", "too-much"),
        ("? [1]\n: 2", "bad-key"),
        ("a: *missing", "yaml"),
        ("a: {<<: 1}", "bad-merge"),
    ],
)
def test_broken_and_hostile_files(text: str, code: str | None) -> None:
    document = read(text)
    assert [p.code for p in document.problems[:1]] == ([code] if code else [])


def test_a_file_of_aliases_of_aliases_does_not_fill_the_memory() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    assert [p.code for p in read("\n".join(lines)).problems] == ["too-much"]


def test_tags_of_python_objects_are_never_obeyed() -> None:
    assert read("a: !!python/object/apply:os.system [ls]").data == {"a": ["ls"]}


def found(problems: tuple[Problem, ...]) -> list[tuple[str, int, int]]:
    return [(p.code, p.line, p.column) for p in problems]


def test_every_problem_at_once_with_place_node_and_hint(problems: Problems) -> None:
    head = "flow: test\nstart: first\non_error: bye\nnodes:\n"
    nodes = """
    first:
      kind: menu
      promt: "Well?"
      choices:
        go: {key: 1, phrases: ["go"], too: bye}
    next: {kind: sya, prompt: "Hi", to: bye}
    wait: {kind: say, prompt: "Hi", to: bye, barge_in: maybe}
    bye: {kind: hangup}
    """
    listed = problems(nodes, head)
    assert found(listed) == [
        ("unknown-key", 7, 5),
        ("missing-key", 9, 7),
        ("unknown-key", 9, 37),
        ("unknown-kind", 10, 3),
        ("bad-value", 11, 44),
    ]
    assert [p.hint for p in listed[:1]] == ["did you mean prompt?"]
    assert listed[2].hint == "did you mean to?"
    assert listed[3].hint == "did you mean say?"
    assert [p.node for p in listed] == ["first", "first", "first", "next", "wait"]


def test_durations_want_a_unit(problems: Problems) -> None:
    (problem,) = problems(FIRST + "  timing: {no_input: 5}")
    assert problem.code == "bad-value"
    assert "400ms, 5s or 2m" in problem.message


def test_a_missing_environment_variable(problems: Problems) -> None:
    head = (
        'flow: a\nstart: bye\non_error: bye\nbackends: {b: "http://${env:NO_SUCH_NAME}"}\nnodes:\n'
    )
    listed = problems("bye: {kind: hangup}", head)
    assert ("missing-env", 4, 12) in found(listed)


def test_the_environment_is_filled_in_but_does_not_change_the_version(tmp_path: Path) -> None:
    text = 'flow: a\nstart: bye\non_error: bye\nbackends: {b: "${env:X:-http://d}"}\n'
    (tmp_path / "a.yaml").write_text(text + "nodes: {bye: {kind: hangup}}\n")
    plain = load_flows(tmp_path, environment={}).get("a")
    other = load_flows(tmp_path, environment={"X": "http://x"}).get("a")
    assert (plain.backends["b"].url, other.backends["b"].url) == ("http://d", "http://x")
    assert plain.version == other.version


def test_the_version_is_of_the_content_not_of_its_layout(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    versions = []
    for text in (
        "flow: a\nstart: bye\non_error: bye\nnodes: {bye: {kind: hangup}}\n",
        "# A comment.\nflow: 'a'\nstart: bye\non_error: bye\nnodes:\n  bye:\n    kind: hangup\n",
        "flow: a\nstart: bye\non_error: bye\nnodes: {bye: {kind: hangup, prompt: Bye}}\n",
    ):
        path.write_text(text)
        versions.append(load_flows(tmp_path).get("a").version)
    assert versions[0] == versions[1] != versions[2]
    assert len(versions[0]) == 64


def test_problems_of_all_files_come_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("flow: [\n")
    (tmp_path / "b.yaml").write_text("just text\n")
    (tmp_path / "c.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError) as raised:
        load_flows(tmp_path)
    listed = [(p.file, p.code) for p in raised.value.problems]
    assert listed == [("a.yaml", "yaml"), ("b.yaml", "no-flow"), ("c.yaml", "not-utf8")]


def test_a_folder_without_flows(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load_flows(tmp_path)
    assert raised.value.problems[0].code == "no-flows"


def test_two_flows_of_one_name(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        text = "flow: x\nstart: bye\non_error: bye\nnodes: {bye: {kind: hangup}}\n"
        (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError) as raised:
        load_flows(tmp_path)
    assert [p.code for p in raised.value.problems if p.severity == "error"] == ["duplicate-flow"]


def test_a_loaded_flow_never_changes(build: Callable[..., object]) -> None:
    flow = build(FIRST)
    with pytest.raises((AttributeError, TypeError, ValueError)):
        flow.file.start = "bye"  # type: ignore[attr-defined]

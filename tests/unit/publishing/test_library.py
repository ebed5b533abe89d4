"""What serves whom: files, published versions, canaries, and flows that call each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from voicebot.core.errors import ConfigError
from voicebot.core.publishing import PublishingKind, share_of
from voicebot.publishing.library import Library
from voicebot.publishing.names import find
from voicebot.publishing.press import Press
from voicebot.publishing.sources import Sources
from voicebot.store.opening import open_versions
from voicebot.store.versions import VersionStore

CALLERS = [f"+49170{number}" for number in range(5_550_000, 5_552_000)]

SHOP = """\
flow: shop
start: greet
on_error: bye
nodes:
  greet: {kind: say, prompt: "Hello.", to: ask}
  ask: {kind: call, flow: part, exits: {done: bye}}
  bye: {kind: hangup, prompt: "Goodbye."}
"""
PART = """\
flow: part
start: say
exits: [done]
nodes:
  say: {kind: say, prompt: "One part.", to: end}
  end: {kind: return, exit: done}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "flows"
    folder.mkdir()
    (folder / "shop.yaml").write_text(SHOP, "utf-8")
    (folder / "part.yaml").write_text(PART, "utf-8")
    return folder


@pytest.fixture
def press(folder: Path) -> Iterator[Press]:
    versions = open_versions(f"sqlite:///{folder.parent / 'voicebot.db'}")
    yield Press(Sources(folder, environment={}), versions, "anna")
    versions.close()


def read(press: Press) -> Library:
    return press.sources.read(press.sources.drafts(), press.versions)


def publish(press: Press, name: str, percent: float = 100, old: str = "", new: str = "") -> str:
    file = press.sources.folder / f"{name}.yaml"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    named = find(name, press.sources.folder, press.versions)
    kind = PublishingKind.PUBLISHED if percent >= 100 else PublishingKind.CANARY
    press.publish(named, percent, "why", kind)
    return named.version


def test_files_serve_until_something_is_published_and_then_are_drafts(press: Press) -> None:
    before = read(press)
    assert before.choices["shop"].live.published is None
    publish(press, "shop")
    draft = press.sources.folder / "shop.yaml"
    draft.write_text("flow: shop\nnodes: [", "utf-8")
    after = read(press)
    assert after.choices["shop"].live.published is not None
    assert after.flows.get("shop").version == before.flows.get("shop").version
    with pytest.raises(ConfigError):
        Sources(press.sources.folder, environment={}, draft=True).read(
            press.sources.drafts(), press.versions
        )


def test_a_published_part_changes_the_version_of_what_calls_it(press: Press) -> None:
    publish(press, "shop")
    before = read(press).flow_for("shop", "1")
    publish(press, "part", old="One part.", new="Another part.")
    after = read(press).flow_for("shop", "1")
    assert after.version != before.version
    inner, old = after.find("part"), before.find("part")
    assert inner is not None
    assert old is not None
    assert "Another part." in str(inner.nodes["say"])
    assert "One part." in str(old.nodes["say"]), "a call that has begun keeps all of it"


def test_a_part_that_breaks_what_calls_it_is_refused(press: Press) -> None:
    publish(press, "shop")
    publish(press, "part")
    count = len(press.versions.entries())
    file = press.sources.folder / "part.yaml"
    broken = PART.replace("exits: [done]", "exits: [over]").replace("exit: done", "exit: over")
    file.write_text(broken, "utf-8")
    with pytest.raises(ConfigError) as raised:
        press.publish(find("part", press.sources.folder, press.versions), 100, "why")
    assert any(problem.file.startswith("shop.yaml@") for problem in raised.value.problems)
    assert len(press.versions.entries()) == count


def test_a_file_that_somebody_is_writing_on_keeps_nobody_from_publishing(press: Press) -> None:
    (press.sources.folder / "other.yaml").write_text("flow: other\nstart: x\n", "utf-8")
    publish(press, "shop")
    assert press.standing("shop").live is not None


@pytest.mark.parametrize("percent", [10.0, 50.0, 90.0])
def test_a_canary_is_for_its_share_of_callers_the_same_ones_always(
    press: Press, percent: float
) -> None:
    live = publish(press, "part")
    canary = publish(press, "part", percent, "One part.", "Another part.")
    library, again = read(press), read(press)
    got = [library.flow_for("part", caller).version for caller in CALLERS]
    assert got == [again.flow_for("part", caller).version for caller in CALLERS]
    assert got == [canary if share_of(c, "part") < percent else live for c in CALLERS]
    share = 100 * got.count(canary) / len(CALLERS)
    # Four standard deviations of a binomial share of 2,000 callers.
    assert abs(share - percent) < 4 * (percent * (100 - percent) / len(CALLERS)) ** 0.5


def test_a_canary_of_a_part_reaches_callers_of_the_whole(press: Press) -> None:
    publish(press, "shop")
    publish(press, "part")
    publish(press, "part", 50, "One part.", "Another part.")
    library = read(press)
    texts = set()
    for caller in CALLERS[:40]:
        part = library.flow_for("shop", caller).find("part")
        assert part is not None
        is_new = "Another part." in str(part.nodes["say"])
        assert is_new == (share_of(caller, "part") < 50)
        texts.add(is_new)
    assert texts == {True, False}


def test_a_canary_needs_something_live_for_the_others(press: Press) -> None:
    with pytest.raises(ConfigError, match="no version of part is live"):
        publish(press, "part", 10)
    assert press.versions.entries() == ()


def test_going_back_goes_further_back_each_time(press: Press) -> None:
    kept = [publish(press, "shop")]
    kept += [publish(press, "shop", 100, a, b) for a, b in (("Hello.", "Hi."), ("Hi.", "Yes?"))]
    for expected in (kept[1], kept[0]):
        version = press.before("shop")
        assert version == expected
        named = find(f"shop@{version}", press.sources.folder, press.versions)
        press.publish(named, 100, "", PublishingKind.ROLLED_BACK)
    with pytest.raises(ConfigError, match="no version before"):
        press.before("shop")


def test_the_same_again_is_no_new_entry(press: Press) -> None:
    publish(press, "shop")
    named = find("shop", press.sources.folder, press.versions)
    assert press.publish(named, 100, "again") is None
    assert len(press.versions.entries()) == 1


def test_versions_are_found_by_what_people_call_them(press: Press) -> None:
    versions: VersionStore = press.versions
    live = publish(press, "part")
    canary = publish(press, "part", 10, "One part.", "Another part.")
    for reference, version in (
        ("part@live", live),
        ("part@canary", canary),
        (f"part@{live[:8]}", live),
        ("part@draft", canary),
        ("part", canary),
        (str(press.sources.folder / "part.yaml"), canary),
    ):
        assert find(reference, press.sources.folder, versions).version == version
    for reference in ("part@ffffffff", "prt", "shop@live"):
        with pytest.raises(ConfigError):
            find(reference, press.sources.folder, versions)


def test_the_log_has_the_time_in_utc(press: Press) -> None:
    publish(press, "shop")
    (entry,) = press.versions.entries()
    assert abs((datetime.now(UTC) - entry.time).total_seconds()) < 60
    assert entry.by == "anna"

"""Versions that served and were never published are kept beside the calls."""

from __future__ import annotations

from pathlib import Path

from voicebot.flow.anywhere import Anywhere
from voicebot.flow.loader import content_hash
from voicebot.publishing.kept import keep_versions, kept_base, kept_version
from voicebot.publishing.sources import Sources

FLOW = """flow: shop
language: en
start: bye
on_error: bye
nodes:
  bye: {kind: hangup, prompt: "Goodbye."}
"""

KNOWLEDGE = """knowledge: faq
language: en
entries:
  hours: {question: "When are you open?", answer: "From nine to five."}
"""


def test_a_version_that_serves_is_kept_as_it_is_written(tmp_path: Path) -> None:
    drafts, kept = tmp_path / "flows", tmp_path / "data"
    drafts.mkdir()
    (drafts / "shop.yaml").write_text("# a comment\n" + FLOW, "utf-8")
    sources = Sources(drafts, environment=Anywhere())
    library = sources.read(sources.drafts(), None)
    keep_versions(library, drafts, kept)
    version = library.flows.get("shop").version
    [file] = kept.rglob("*.yaml")
    assert file.read_text("utf-8") == "# a comment\n" + FLOW
    assert file.stat().st_mode & 0o077 == 0
    document = kept_version(kept, "shop", version[:10])
    assert document is not None
    assert content_hash(document.data) == version
    assert kept_version(kept, "shop", "0" * 64) is None
    assert kept_version(kept, "../shop", version) is None


def test_a_file_that_was_changed_meanwhile_is_not_kept_under_another_version(
    tmp_path: Path,
) -> None:
    drafts = tmp_path / "flows"
    drafts.mkdir()
    (drafts / "shop.yaml").write_text(FLOW, "utf-8")
    sources = Sources(drafts, environment=Anywhere())
    library = sources.read(sources.drafts(), None)
    (drafts / "shop.yaml").write_text(FLOW.replace("Goodbye", "Farewell"), "utf-8")
    keep_versions(library, drafts, tmp_path / "data")
    assert list((tmp_path / "data").rglob("*.yaml")) == []


def test_the_knowledge_that_serves_is_kept_in_every_version(tmp_path: Path) -> None:
    drafts, data = tmp_path / "flows", tmp_path / "data"
    (drafts / "knowledge").mkdir(parents=True)
    (drafts / "shop.yaml").write_text(FLOW, "utf-8")
    sources = Sources(drafts, environment=Anywhere())
    versions = []
    for hours in ("five", "six"):
        text = KNOWLEDGE.replace("five", hours)
        (drafts / "knowledge" / "faq.yaml").write_text(text, "utf-8")
        library = sources.read(sources.drafts(), None)
        keep_versions(library, drafts, data / "flows")
        versions.append(library.flows.get("shop").knowledge_versions()["faq"])
    for version, hours in zip(versions, ("five", "six"), strict=True):
        base = kept_base(data, "faq", version)
        assert base is not None
        assert base.entries["hours"].answers["en"] == f"From nine to {hours}."
    assert kept_base(data, "faq", "0" * 64) is None
    assert kept_base(data, "../faq", versions[0]) is None

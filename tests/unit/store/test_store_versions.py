"""Published flows in the database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from databases import Sqlite

from voicebot.core.errors import ConfigError
from voicebot.core.publishing import FlowVersion, PublishingKind, standing
from voicebot.store.opening import Store, find_versions, open_store, open_versions
from voicebot.store.settings import StoreSettings

WHEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def version(letter: str, flow: str = "shop", text: str = "flow: shop\n") -> FlowVersion:
    return FlowVersion(flow, letter * 64, "shop.yaml", text, WHEN)


def test_a_version_is_kept_and_the_log_tells_who_and_why(url: str) -> None:
    versions = open_versions(url)
    entry = versions.publish(
        version("a"), 100, kind=PublishingKind.PUBLISHED, by="anna", why="prices"
    )
    assert versions.get("shop", "a" * 64) == version("a")
    assert versions.entries("shop") == (entry,)
    assert (entry.by, entry.why, entry.percent) == ("anna", "prices", 100)
    assert entry.time.tzinfo is not None
    assert versions.latest() == entry.id
    versions.close()


def test_a_version_that_is_there_is_never_changed(url: str) -> None:
    versions = open_versions(url)
    for text in ("flow: shop\n", "flow: shop  # with a remark\n"):
        versions.publish(version("a", text=text), 100, kind=PublishingKind.PUBLISHED, by="", why="")
    kept = versions.get("shop", "a" * 64)
    assert kept is not None
    assert kept.text == "flow: shop\n"
    assert len(versions.entries("shop")) == 2
    versions.close()


def test_flows_have_their_own_logs_and_prefixes(url: str) -> None:
    versions = open_versions(url)
    for letter, flow in (("a", "shop"), ("b", "shop"), ("a", "bank")):
        versions.publish(version(letter, flow), 100, kind=PublishingKind.PUBLISHED, by="", why="")
    assert [entry.version[0] for entry in versions.entries("shop")] == ["a", "b"]
    assert [entry.flow for entry in versions.entries()] == ["shop", "shop", "bank"]
    assert versions.find("shop", "aaaa") == ("a" * 64,)
    assert versions.find("shop", "c") == ()
    assert versions.find("shop", "%") == ()
    live = standing(versions.entries("shop")).live
    assert live is not None
    assert live.version == "b" * 64
    versions.close()


def test_it_can_be_published_while_a_node_serves(store: Store, url: str) -> None:
    assert store.versions.latest() == 0
    versions = open_versions(url)
    versions.publish(version("a"), 10, kind=PublishingKind.CANARY, by="", why="")
    assert store.versions.latest() == versions.latest() == 1
    versions.close()


def test_looking_makes_no_database(url: str, settings: StoreSettings, tmp_path: Path) -> None:
    assert find_versions(url) is None
    assert list(tmp_path.iterdir()) == []
    open_store(url, settings).close()
    found = find_versions(url)
    assert found is not None
    assert found.entries() == ()
    found.close()


def test_a_broken_database_is_named(sqlite: Sqlite) -> None:
    sqlite.file.write_bytes(b"no database at all" * 1_000)
    with pytest.raises(ConfigError, match="cannot be opened"):
        open_versions(sqlite.url)

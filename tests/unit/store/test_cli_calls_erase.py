"""`voicebot calls erase`: afterwards nothing of the caller is in the data folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from call_story import NOON, Pen
from databases import Database, Sqlite

from voicebot.cli import main
from voicebot.cli.calls_search import spellings
from voicebot.core.afterwards import Notice, Webhook
from voicebot.core.call import CallId
from voicebot.store.labels import TEXT, Label
from voicebot.store.opening import Store, open_eraser, open_labels, open_store
from voicebot.store.recordings import file_name
from voicebot.store.settings import StoreSettings

NUMBER, OTHER = "+4917055501", "+4917066602"
WORDS = "my secret garden shears"


def call_of(store: Store, data: Path, name: str, number: str, words: str) -> None:
    """A call with all that one may leave: facts, recording, message, notice."""
    write = Pen(name)
    folder = "2026/11/22"
    for kind in ("recordings", "messages"):
        (data / kind / folder).mkdir(parents=True, exist_ok=True)
    sound = f"recordings/{folder}/{file_name(CallId(name))}"
    message = f"messages/{folder}/0a1b2c3d-{file_name(CallId(name))}"
    (data / sound).write_text(f"sound {words}")
    (data / message).write_text(f"sound {words}")
    facts = [*write.begin(caller=number), write("recording", 1, file=sound, paused=False)]
    facts += [write("heard", 900, text=words), write("message", 950, file=message, outcome="x")]
    for fact in [*facts, write.end()]:
        store.journal.write(fact)
    body = {"number": number, "text": words}
    store.outbox.put(Notice(f"n-{name}", CallId(name), Webhook("http://x.test", body, {}, "")))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with calls of two callers, and a label, of a node that has stopped."""
    folder = tmp_path / "data"
    folder.mkdir()
    url = Sqlite(folder).url
    store = open_store(url, StoreSettings(node="here"))
    for name, number, words in (
        ("aa11", NUMBER, WORDS),
        ("aa22", "004917055501", WORDS),
        ("bb33", OTHER, "good day"),
    ):
        call_of(store, folder, name, number, words)
    assert store.journal.flush()
    assert store.outbox.flush()
    store.close()
    labels = open_labels(url)
    labels.put(Label(CallId("aa11"), 3, TEXT, WORDS, "ann", NOON))
    labels.put(Label(CallId("bb33"), 3, TEXT, "good day", "ann", NOON))
    labels.close()
    (folder / "nlu_inbox.json").write_text(json.dumps(["aa11/3", "bb33/3"]))
    return folder


def files_with(folder: Path, text: str) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sorted(path.name for path in files if text.encode() in path.read_bytes())


def test_nothing_of_the_caller_is_left(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "voicebot.db" in files_with(data, WORDS)
    assert main(["calls", "erase", "--number", "+49 170 55501", "--yes", "--data", str(data)]) == 0
    assert "2 calls erased: 4 files; rows: 2 calls, 12 facts, 1 labels, 2 outbox." in (
        capsys.readouterr().out
    )
    for trace in (NUMBER, NUMBER[1:], WORDS, "garden", "aa11", "aa22"):
        assert files_with(data, trace) == []
    assert not list(data.rglob("*aa11*"))


def test_other_callers_keep_theirs(data: Path) -> None:
    main(["calls", "erase", "--number", NUMBER, "--yes", "--data", str(data)])
    assert "voicebot.db" in files_with(data, OTHER)
    assert len(list(data.rglob("*bb33.wav"))) == 2
    assert json.loads((data / "nlu_inbox.json").read_text()) == ["bb33/3"]
    labels = open_labels(Sqlite(data).url)
    assert [label.call for label in labels.of()] == ["bb33"]
    labels.close()


def test_the_tombstone_tells_how_much_and_nothing_of_whom(data: Path) -> None:
    main(["calls", "erase", "--number", NUMBER, "--yes", "--by", "ann", "--data", str(data)])
    [(_, _, by, counts)] = Sqlite(data).run("SELECT * FROM erasures")
    assert by == "ann"
    assert json.loads(counts)["calls"] == 2
    assert main(["calls", "erase", "--number", NUMBER, "--yes", "--data", str(data)]) == 1
    assert len(Sqlite(data).run("SELECT * FROM erasures")) == 1


def test_a_call_by_its_id(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["calls", "erase", "aa1", "--yes", "--json", "--data", str(data)]
    assert main(words) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["calls"], value["files"], value["left"]) == (1, 2, [])
    assert main(["calls", "show", "aa22", "--data", str(data)]) == 0
    assert main(words) == 2


def test_it_asks(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calls", "erase", "--number", NUMBER, "--data", str(data)]) == 2
    assert "--yes" in capsys.readouterr().err
    assert main(["calls", "erase", "--data", str(data)]) == 2
    assert "voicebot.db" in files_with(data, WORDS)


def test_while_a_node_serves(data: Path) -> None:
    store = open_store(Sqlite(data).url, StoreSettings(node="here"))
    write = Pen("cc44")
    for fact in write.begin(caller=NUMBER):
        store.journal.write(fact)
    assert store.journal.flush()
    words = ["calls", "erase", "--number", NUMBER, "--yes", "--data", str(data)]
    assert main(words) == 1  # One of the calls still runs.
    assert files_with(data, WORDS) == []
    store.journal.write(write.end())
    assert store.journal.flush()
    assert main(words) == 0
    store.close()
    assert files_with(data, NUMBER) == []


def test_facts_that_wait_for_the_database(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "voicebot.db.waiting.jsonl").write_text("{}\n")
    assert main(["calls", "erase", "--number", NUMBER, "--yes", "--data", str(data)]) == 1
    assert "wait for the database" in capsys.readouterr().err
    assert "voicebot.db" in files_with(data, WORDS)


def test_files_outside_the_data_folder_are_left_alone(data: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.wav"
    outside.write_text("sound")
    facts = json.dumps({"file": "../outside.wav", "paused": False})
    Sqlite(data).run(f"UPDATE facts SET data = '{facts}' WHERE call = 'aa11' AND seq = 2")
    main(["calls", "erase", "aa11", "--yes", "--data", str(data)])
    assert outside.exists()


def test_both_databases(store: Store, database: Database, tmp_path: Path) -> None:
    for name, number in (("aa11", NUMBER), ("bb33", OTHER)):
        call_of(store, tmp_path, name, number, WORDS)
    assert store.journal.flush()
    assert store.outbox.flush()
    eraser = open_eraser(database.url, tmp_path)
    chosen = eraser.of_numbers([NUMBER])
    erased = eraser.erase(chosen, "ann", datetime.now(UTC))
    eraser.close()
    assert (chosen.calls, erased.files, erased.left) == (("aa11",), 2, ())
    assert erased.rows == {"calls": 1, "facts": 6, "outbox": 1}
    assert [cdr.call for cdr in store.calls.list().calls] == ["bb33"]


def test_a_number_as_networks_give_it() -> None:
    assert spellings(["+49 (170) 555-01"])[:4] == ["+4917055501", "004917055501", "4917055501"]
    assert spellings(["0170 55501"]) == ["017055501"]
    assert spellings([""]) == []

"""Whatever is wrong in the words of a command: exit code 2, a line that says what, no traceback."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from voicebot.cli import guarded, main
from voicebot.store.opening import open_store
from voicebot.store.settings import StoreSettings

CALL = "call sip:desk@127.0.0.1"
ROWS = (
    ("nonsense", "there is no command 'nonsense'"),
    ("chat nobody", "nobody"),
    ("flows check {no}", ""),
    ("flows explain bank_en mein", "did you mean main?"),
    ("flows schema -o {no}/schema.json", "{no}/schema.json cannot be written"),
    ("flows draw bank_en -o a.gif", ".svg, .png or .pdf"),
    ("flows test {no}", "{no}"),
    ("flows diff {no} {no}", "{no}"),
    ("faq check {no}", ""),
    ("faq list nobody", "nobody"),
    ("models verify nobody", "nobody"),
    ("models fetch nobody", "nobody"),
    ("asr transcribe {junk}", "add --expect PHRASE"),
    ("asr transcribe {junk} --expect-file {no}", "{no}"),
    ("nlu train {no} -o {folder}/model", "{no}"),
    ("staff --calls none --aht 180", "'none' is no number"),
    ("calls show nobody {data}", "`voicebot calls list` lists them"),
    ("calls list --data {junk}", "{junk}"),
    ("calls list --since soon {data}", "'soon' is no time"),
    ("calls erase nobody --yes {data}", "no call's id begins with 'nobody'"),
    ("calls export -o {folder}/all.xls {data}", "name it .json"),
    ("explain nobody {data}", "no call's id begins with 'nobody'"),
    ("report --preset none {data}", "'none'"),
    ("replay nobody {data}", "no call's id begins with 'nobody'"),
    ("replay label nobody {data}", "no call's id begins with 'nobody'"),
    ("replay pin nobody name {data}", "no call's id begins with 'nobody'"),
    ("customers show nobody {data}", "nobody is known by nobody"),
    ("customers import {no} {data}", "{no}"),
    ("escalations open --call nobody {data}", "no one call's id begins with 'nobody'"),
    ("escalations close nobody {data}", "`voicebot escalations list --json` lists them"),
    ("outbox retry nobody {data}", "`voicebot outbox list --state dead` lists them"),
    ("outbox settle nobody {data}", "`voicebot outbox callbacks` lists them"),
    ("call nonsense", "write sip:FLOW@HOST"),
    ("call sip:", "write sip:FLOW@HOST"),
    ("call sip:a@b@c", "write sip:FLOW@HOST"),
    ("call +4917055501", "write sip:FLOW@HOST"),
    (CALL + ":99999", "99999 is no port"),
    (CALL + " --play {no}", "there is no file {no}"),
    (CALL + " --play {junk}", "it is not a WAV file"),
    (CALL + " --record {no}/out.wav", "there is no folder {no}"),
    (CALL + " --record {folder}", "is a folder"),
    (CALL + " --codec none", "'none' is none of PCMU"),
    (CALL + " --language xx", "'xx'"),
    (CALL + " --linger soon", "'soon' is no number of seconds"),
    (CALL + " --wait nan", "a number of seconds is wanted"),
    (CALL + " --dtmf x", "keys are 0-9"),
    (CALL + " --from <a>;b", "cannot stand in a SIP address"),
)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A folder that is not there, a file of no known kind, a database without a call."""
    folder = tmp_path_factory.mktemp("wrong_use")
    (folder / "junk").write_bytes(b"\xff\xfe\x00junk: [")
    data = folder / "data"
    open_store(f"sqlite:///{data / 'voicebot.db'}", StoreSettings()).close()
    names = {"no": "nowhere", "junk": "junk", "folder": "."}
    return {**{name: str(folder / file) for name, file in names.items()}, "data": f"--data {data}"}


@pytest.mark.parametrize(("words", "says"), ROWS)
def test_wrong_use_is_told(
    words: str, says: str, places: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(words.format(**places).split())
    except SystemExit as error:  # argparse
        code = int(error.code or 0)
    out, err = capsys.readouterr()
    assert code == 2
    assert says.format(**places) in err
    assert "Traceback" not in out + err
    assert (out + err).strip()


def test_a_file_that_cannot_be_had_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(args: argparse.Namespace) -> int:
        return len(tmp_path.read_text())

    assert guarded(run, argparse.Namespace()) == 2
    assert capsys.readouterr().err == f"voicebot: {tmp_path}: Is a directory\n"

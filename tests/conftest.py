"""Options of the whole suite, and the database server that tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from postgres_cluster import Cluster, programs

ROOT = Path(__file__).resolve().parents[1]

# Before numpy is loaded: with a worker a core, threads of one test's matrices wait for another's.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# How long an example takes depends on what else the machine does; time is measured in bench/.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="rewrite scenarios to what came out")


@pytest.fixture(scope="session")
def tiny_vosk() -> Path:
    """A Vosk model of 172 words."""
    shared = Path(os.environ.get("VOICEBOT_SHARED", ROOT.parent / "shared"))
    path = shared / "data" / "vosk-tiny-en"
    if not path.is_dir():
        pytest.skip("no data/vosk-tiny-en in ../shared or $VOICEBOT_SHARED")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A running PostgreSQL server."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: run script/setup --test")
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: run script/setup --test")
    cluster = Cluster(folder)
    cluster.start()
    yield cluster
    cluster.close()

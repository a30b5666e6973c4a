import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from booking.demo import lodging, postgres
from booking.demo.lodging import NoPostgres
from tests.memory import folder_in_memory

ROOT = Path(__file__).parents[2]

START_AND_WAIT = """
import os, sys, time
from pathlib import Path
from booking.demo import postgres

if len(sys.argv) > 2:  # become an ordinary user, with the wheel where such a one may read it
    sys.path.insert(0, sys.argv[2])
    os.setgroups([]), os.setgid(int(sys.argv[3])), os.setuid(int(sys.argv[3]))
server = postgres.start(Path(sys.argv[1]), relaxed=True)
print(server.url, server.pid, server.data, flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """Where a cluster lies that was set up, started and stopped once, for the tests to copy: setting up takes a second."""
    with folder_in_memory() as place:
        postgres.start(place / "postgres", relaxed=True).stop()
        yield lodging.home_of(place / "postgres")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for a server, which is gone with it afterwards, wherever its data had to be."""
    with folder_in_memory() as place:
        yield place / "var" / "postgres"
        postgres.remove(place / "var" / "postgres")


@pytest.fixture
def used(made: Path, folder: Path) -> Path:
    """A folder with a cluster in it already."""
    return _with_a_copy(made, folder)


@pytest.fixture
def closed(made: Path, tmp_path: Path) -> Iterator[Path]:
    """The same in pytest's own folder, where only we may go: if we are root, the cluster has to be elsewhere."""
    yield _with_a_copy(made, tmp_path / "var" / "postgres")
    postgres.remove(tmp_path / "var" / "postgres")


def _with_a_copy(made: Path, folder: Path) -> Path:
    folder.parent.mkdir(parents=True)
    subprocess.run(["cp", "-a", str(made), str(lodging.home_of(folder))], check=True)
    return folder


async def ask(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_what_was_written_is_there_after_a_stop_and_a_start_at_the_same_address(closed: Path) -> None:
    first = postgres.start(closed)
    await ask(first.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    first.stop()
    began = time.monotonic()
    second = postgres.start(closed)
    took = time.monotonic() - began

    assert await ask(second.url, "SELECT answer FROM kept") == 42
    assert second.url == first.url
    assert took < 1
    second.stop()
    assert (first.is_alive(), second.is_alive(), postgres.find(closed)) == (False, False, None)


async def test_a_kill_of_every_server_process_loses_nothing_that_was_acknowledged(used: Path) -> None:
    first = postgres.start(used)
    await ask(first.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(first.pid, signal.SIGKILL)
    assert first.keeper is not None
    first.keeper.wait(10)

    second = postgres.start(used)

    assert not first.is_alive()
    assert await ask(second.url, "SELECT answer FROM kept") == 42
    first.stop()
    second.stop()


async def test_a_second_start_uses_the_server_that_runs_and_leaves_it_running(used: Path) -> None:
    first = postgres.start(used, relaxed=True)

    with postgres.running(used) as second:
        assert (second.url, second.pid, second.is_ours) == (first.url, first.pid, False)

    assert await ask(first.url, "SELECT 1") == 1
    first.stop()


async def test_a_server_dies_with_the_process_that_started_it_and_the_next_start_has_its_data(used: Path) -> None:
    starter = _started(used)
    url, pid, data = _told(starter)
    await ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    _kill(starter)

    server = postgres.start(used, relaxed=True)

    assert server.pid != int(pid)
    assert server.data == Path(data)
    assert await ask(server.url, "SELECT answer FROM kept") == 42
    server.stop()


async def test_a_number_that_another_process_has_since_is_not_taken_for_the_server(used: Path) -> None:
    first = postgres.start(used, relaxed=True)
    first.stop()
    stale = f"{os.getpid()}\n{first.data}\n1700000000\n1\n\n127.0.0.1\n1 1\nready\n"
    (first.data / "postmaster.pid").write_text(stale)

    second = postgres.start(used, relaxed=True)

    assert await ask(second.url, "SELECT 1") == 1
    second.stop()


async def test_the_servers_of_two_folders_never_meet(used: Path, tmp_path: Path) -> None:
    one, other = postgres.start(used, relaxed=True), postgres.start(tmp_path / "other", relaxed=True)
    confused = one.url.split("@", maxsplit=1)[0] + "@" + other.url.split("@")[1]

    with pytest.raises(asyncpg.InvalidPasswordError):
        await ask(confused, "SELECT 1")

    one.stop()
    other.stop()
    postgres.remove(tmp_path / "other")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder where any user can go, which pytest's own are not."""
    place = Path(f"/var/tmp/leeward-test-{os.getpid()}")  # noqa: S108
    place.mkdir()
    yield place
    shutil.rmtree(place)


async def test_an_ordinary_user_runs_it_too(place: Path) -> None:
    starter = _started(place / "postgres", *(_dropping_root(place) if os.geteuid() == 0 else ()))
    try:
        url, _pid, data = _told(starter)
        assert data == str(place / "postgres" / "data")
        assert await ask(url, "SELECT current_user") == "leeward"
    finally:
        _kill(starter)
        postgres.remove(place / "postgres")


def test_without_any_postgresql_one_line_names_the_three_ways_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lodging, "WHEEL", "no_such_wheel")
    monkeypatch.setattr(lodging, "_system_places", list)

    with pytest.raises(NoPostgres) as refused:
        postgres.start(folder)

    line = str(refused.value)
    assert "\n" not in line
    assert all(way in line for way in ("DATABASE_URL", "make demo", "apt-get install postgresql"))


def test_a_set_up_that_was_killed_half_way_is_begun_again(used: Path) -> None:
    server = postgres.start(used, relaxed=True)
    server.stop()
    server.data.rename(server.data.with_name("data.making"))
    (server.data.with_name("data.making") / "PG_VERSION").unlink()

    again = postgres.start(used, relaxed=True)

    assert again.is_alive()
    again.stop()


def test_data_of_another_version_is_said_at_once(used: Path) -> None:
    server = postgres.start(used, relaxed=True)
    server.stop()
    (server.data / "PG_VERSION").write_text("12\n")

    with pytest.raises(NoPostgres, match=r"is of PostgreSQL 12, .*make demo-reset") as refused:
        postgres.start(used)

    assert "\n" not in str(refused.value)


def _started(folder: Path, *more: str) -> "subprocess.Popen[str]":
    """Another process that starts the folder's server and then does nothing."""
    return subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT, str(folder), *more], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def _told(starter: "subprocess.Popen[str]") -> tuple[str, str, str]:
    assert starter.stdout is not None
    url, pid, data = starter.stdout.readline().split()
    return url, pid, data


def _kill(starter: "subprocess.Popen[str]") -> None:
    starter.kill()
    starter.communicate()


def _dropping_root(place: Path) -> tuple[str, str]:
    """Give the place to an ordinary user, with a copy of the wheel that they can read; its path and their number."""
    spec = importlib.util.find_spec(lodging.WHEEL)
    assert spec is not None
    assert spec.origin is not None
    nobody = pwd.getpwnam(lodging.UNPRIVILEGED)
    os.chown(place, nobody.pw_uid, nobody.pw_gid)
    library = place / "library"
    for part in (f"{lodging.WHEEL}/pginstall", f"{lodging.WHEEL}.libs"):
        shutil.copytree(Path(spec.origin).parent.parent / part, library / part, symlinks=True)
    (library / lodging.WHEEL / "__init__.py").touch()
    return str(library), str(nobody.pw_uid)

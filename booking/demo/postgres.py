"""The embedded PostgreSQL: a real server of its own for one folder, started, adopted and stopped by us.

Its data survives a restart and a kill -9 of anything. It listens on 127.0.0.1 at a port of its own, and asks for a password that only
the folder's owner can read, so the servers of two clones never meet. When the process that started it dies, it shuts down by itself.
"""

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from booking.demo.lodging import Lodging, NoPostgres, home_of, settle
from booking.demo.ports import NoPort, free_port, is_free

ROLE: Final = "leeward"
PATIENCE: Final = 30.0  # seconds; a start after kill -9 replays the log first
SETTINGS: Final = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",  # a socket's path may be too long, or its file system may not have any
    "max_connections=200",
    "TimeZone=UTC",
    "log_timezone=UTC",
    "log_error_verbosity=terse",  # DETAIL repeats the row, and rows are about people
    "log_min_error_statement=panic",
    "jit=off",
)
RELAXED: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
PASSES: Final = ("pre-existing shared memory", "could not bind")  # reasons not to start that go away in a moment

NOBODYS: Final = 2**31 - 1  # a number that no process can have

# The server's parent: ends it when our end of standard input closes, which the kernel does for us whatever we die of.
KEEPER: Final = """
exec 3<&0
"$@" 3<&- & server=$!
{ read -r _; kill -INT $server; } <&3 & watch=$!
exec 3<&-
wait $server; code=$?
kill $watch 2>/dev/null; wait $watch 2>/dev/null
exit $code
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers. `url` holds its password; `data` says where its files are."""

    url: str
    pid: int
    data: Path
    keeper: "subprocess.Popen[bytes] | None" = field(default=None, repr=False, compare=False)

    @property
    def is_ours(self) -> bool:
        """Whether this process started it, and not one before."""
        return self.keeper is not None

    def is_alive(self) -> bool:
        if self.keeper is not None and self.keeper.poll() is not None:
            return False
        return _is_server(self.pid, self.data)

    def stop(self) -> None:
        """Shut down, clients disconnected and everything on disk. Stopping twice is harmless."""
        _stop(self.pid, self.data)
        if self.keeper is not None:
            if self.keeper.stdin is not None:
                self.keeper.stdin.close()
            self.keeper.wait()


def start(folder: Path, *, relaxed: bool = False) -> Running:
    """The folder's server: the one that runs already, else a new one on the folder's data, made if there is none.

    Keep what comes back: the server lives no longer than the process that started it. `relaxed` trades what a power cut may cost for
    speed: for tests. Raises NoPostgres with one line that says what to do.
    """
    lodging = settle(folder)
    with _alone(lodging):
        if not (lodging.data / "PG_VERSION").exists():
            _initialise(lodging, relaxed=relaxed)
        if (adopted := _adopted(lodging.home)) is not None:
            return adopted
        _forget_number(lodging.data / "postmaster.pid")
        return _launched(lodging, relaxed=relaxed)


def find(folder: Path) -> Running | None:
    """The folder's server if one runs now; starts nothing."""
    home = home_of(folder)
    return _adopted(home) if (home / "data").is_dir() else None


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    """The folder's server for as long as the block lasts: one that runs already is used and left running."""
    server = start(folder)
    try:
        yield server
    finally:
        if server.is_ours:
            server.stop()


def remove(folder: Path) -> None:
    """Stop the folder's server and delete its data, wherever it is."""
    home = home_of(folder)
    if (server := find(folder)) is not None:
        server.stop()
    shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _alone(lodging: Lodging) -> Iterator[None]:
    """One start of a folder's server at a time, across processes."""
    with lodging.paper("lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _initialise(lodging: Lodging, *, relaxed: bool) -> None:
    """A new, empty cluster. It appears under its name only when it is whole, so a kill in the middle leaves nothing half made."""
    making = lodging.home / "data.making"
    shutil.rmtree(making, ignore_errors=True)
    with lodging.paper("password") as password:
        password.write(secrets.token_urlsafe(24).encode())
    how = [
        "--locale=C",
        "--encoding=UTF8",
        "--auth=scram-sha-256",
        f"--username={ROLE}",
        f"--pwfile={lodging.home / 'password'}",
        "--no-sync",
    ]
    _run([str(lodging.binaries / "initdb"), f"--pgdata={making}", *how], lodging)
    # Nobody needs the database that is there: renamed it is ours, where copying one takes a fifth of a second.
    _run(
        [str(lodging.binaries / "postgres"), "--single", "-D", str(making), "template1"],
        lodging,
        f"ALTER DATABASE postgres RENAME TO {ROLE}\n",
    )
    if not relaxed:
        os.sync()
    making.rename(lodging.data)


def _run(command: list[str], lodging: Lodging, said: str = "") -> None:
    done = subprocess.run(  # noqa: S603 - our own words
        command,
        input=said,
        capture_output=True,
        text=True,
        check=False,
        cwd=lodging.home,
        env=_environment(),
        **lodging.as_user,
    )
    if done.returncode != 0:
        last = (done.stderr.strip() or "no reason given").splitlines()[-1]
        raise NoPostgres(f"The embedded PostgreSQL could not be set up in {lodging.home}: {last}")


def _launched(lodging: Lodging, *, relaxed: bool) -> Running:
    """A server that answers. Asks again for a while: after kill -9 the old one's processes may still hold its memory."""
    deadline = time.monotonic() + PATIENCE
    while True:
        keeper = _keeper(lodging, port=_free_port(lodging), relaxed=relaxed)
        while keeper.poll() is None:
            if (server := _ready(lodging.home, keeper)) is not None:
                return server
            time.sleep(0.02)
        keeper.communicate()
        log = (lodging.home / "log").read_text(errors="replace")
        if time.monotonic() > deadline or not any(words in log for words in PASSES):
            raise NoPostgres(_why(lodging, log))
        time.sleep(0.3)


def _why(lodging: Lodging, log: str) -> str:
    if "incompatible with server" in log:
        version = (lodging.data / "PG_VERSION").read_text().strip()
        return f"The data in {lodging.home} is of PostgreSQL {version}, not of the one here: `make demo-reset` starts over."
    last = (log.strip() or "it said nothing.").splitlines()[-1]
    return f"The embedded PostgreSQL does not start: {last} (its log is {lodging.home / 'log'})"


def _keeper(lodging: Lodging, *, port: int, relaxed: bool) -> "subprocess.Popen[bytes]":
    """The process that runs the server and ends it after us. In a session of its own, so that Ctrl-C reaches us first."""
    settings = (*SETTINGS, f"port={port}", *(RELAXED if relaxed else ()))
    server = [
        str(lodging.binaries / "postgres"),
        "-D",
        str(lodging.data),
        *(word for one in settings for word in ("-c", one)),
    ]
    with lodging.paper("log") as log:
        return subprocess.Popen(  # noqa: S603 - our own words
            ["/bin/sh", "-c", KEEPER, "leeward-postgres", *server],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=lodging.home,
            env=_environment(),
            start_new_session=True,
            **lodging.as_user,
        )


def _environment() -> dict[str, str]:
    """Ours without what PostgreSQL's own programs would read from it (PGDATA, PGPORT, ...)."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def _adopted(home: Path) -> Running | None:
    """The server that runs on this home already, waited for while it starts."""
    note = home / "data" / "postmaster.pid"
    deadline = time.monotonic() + PATIENCE
    while (pid := _noted_pid(note)) is not None and _is_server(pid, home / "data"):
        if (server := _ready(home, None)) is not None:
            return server
        if time.monotonic() > deadline:
            raise NoPostgres(
                f"The database server in {home} (process {pid}) neither answers nor ends: end it, then try again."
            )
        time.sleep(0.05)
    return None


def _ready(home: Path, keeper: "subprocess.Popen[bytes] | None") -> Running | None:
    """The server as its postmaster.pid tells: line 1 its process, line 4 its port, line 8 whether it takes connections."""
    try:
        lines = (home / "data" / "postmaster.pid").read_text().splitlines()
        password = (home / "password").read_text()
    except FileNotFoundError:
        return None
    if len(lines) < 8 or lines[7].strip() != "ready":  # noqa: PLR2004 - the line's place in PostgreSQL's own file
        return None
    pid, port = int(lines[0]), int(lines[3])
    if keeper is not None and not _is_server(pid, home / "data"):
        return None  # what a server before this one left behind
    return Running(f"postgresql://{ROLE}:{password}@127.0.0.1:{port}/{ROLE}", pid, home / "data", keeper)


def _forget_number(note: Path) -> None:
    """Another process of ours may have a killed server's number by now, and PostgreSQL would take it for that server.

    The rest of the note stays: by it PostgreSQL sees whether the killed server's own processes are still at the data.
    """
    if _noted_pid(note) is not None:
        _number, rest = note.read_text().split("\n", 1)
        note.write_text(f"{NOBODYS}\n{rest}")


def _noted_pid(note: Path) -> int | None:
    try:
        return int(note.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _is_server(pid: int, data: Path) -> bool:
    """Whether the process is this folder's server, and not another that was given its number since.

    Where the system does not tell (no /proc), any living process is taken for it: PostgreSQL does the same.
    """
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
    except PermissionError:
        return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _stop(pid: int, data: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    how = signal.SIGINT  # fast: clients are disconnected, everything is written
    while _is_server(pid, data):
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            return
        if time.monotonic() > deadline:
            how = signal.SIGQUIT  # at once: the next start replays the log
        time.sleep(0.05)


def _free_port(lodging: Lodging) -> int:
    """The port that this folder's server had last time if it is still free, so that its address stays; else any."""
    try:
        wanted = int((lodging.home / "port").read_text())
    except (FileNotFoundError, ValueError):
        wanted = 0
    try:
        port = wanted if wanted and is_free(wanted) else free_port()
    except NoPort as fault:
        raise NoPostgres("No port is free on 127.0.0.1 for the embedded PostgreSQL.") from fault
    with lodging.paper("port") as remembered:
        remembered.write(str(port).encode())
    return port

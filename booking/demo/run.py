"""`make demo`: the whole product on one machine. One supervisor, and under it PostgreSQL, the web and the worker.

The web process also serves the Stripe simulator and the mailbox. Whatever is killed, the supervisor included, the next start finds
the data as it was and nothing in its way.
"""

import contextlib
import fcntl
import http.client
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, NoReturn

from booking.demo import postgres
from booking.demo.children import Child
from booking.demo.clinic.load import example_people
from booking.demo.ports import free_port, is_free
from booking.demo.surroundings import PROJECT, CannotStart, Folder, surroundings
from booking.demo.tables import require_own
from booking.settings import Settings

PATIENCE: Final = 60.0  # seconds until the web answers
FOR_THE_LAST_RUN: Final = 2.0  # seconds for what a killed demo left to be gone
HUNG: Final = 60.0  # seconds without a heartbeat
CODE: Final = (".py", ".toml", ".mo")

WELCOME: Final = """
Leeward is running: {here}

  Sign in with one click as any of them: {here}/demo
{people}
  Three things to try
    1. Read the stroke-recovery programme as a family would, and ask for a consultation: {here}
    2. As a coordinator, take a case from its request to its plan: {here}/desk
    3. As Tomoko Ishida, pay a deposit with the card 4242 4242 4242 4242, then read the mail that follows: {here}/simulated/mailbox

  Payments and mail are simulated. The data is in {folder}{database}; `make demo-reset` starts over. Ctrl-C ends it.
"""


def demo(port: int, *, reload: bool = False) -> None:
    """Run the demo until Ctrl-C or SIGTERM. Raises CannotStart before anything is started, or NoPostgres."""
    for number in (signal.SIGTERM, signal.SIGINT):  # SIGINT too: a shell's background job inherits it ignored
        signal.signal(number, signal.default_int_handler)
    folder = Folder.from_env(os.environ)
    folder.path.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(KeyboardInterrupt), _the_only_one(folder):
        _need_port(port)
        folder.remember_port(port)
        with _database(folder) as own:
            environment = surroundings(
                folder,
                port=port,
                mail_port=free_port(),
                database_url=own.running.url if own else os.environ["DATABASE_URL"],
            )
            Settings.from_env({**os.environ, **environment})  # refuses what cannot be read before a child would
            web = Child("web", ("web", "--port", str(port)), environment, folder.logs / "web.log")
            worker = Child("worker", ("worker",), environment, folder.logs / "worker.log")
            try:
                _begin(folder, web, worker, port)
                print(_welcome(folder, port, own), flush=True)  # noqa: T201 - what the command is for
                _watch(folder, web, worker, own, changed=_code_changes() if reload else threading.Event())
            finally:
                for child in (worker, web):
                    child.end()


def reset() -> None:
    """Forget everything that the demo has stored. Raises CannotStart while the demo runs."""
    folder = Folder.from_env(os.environ)
    if not folder.path.is_dir():
        return
    with _the_only_one(folder):
        postgres.remove(folder.postgres)
        for path in folder.path.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path != folder.lock:
                path.unlink()


@contextmanager
def _the_only_one(folder: Folder) -> Iterator[None]:
    """One demo in one folder at a time; the kernel lets go of the lock when we die."""
    with folder.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"The demo of this folder runs already, at http://localhost:{folder.port()}: end it first."
            ) from None
        yield


def _need_port(port: int) -> None:
    """Raises CannotStart unless the port is free, given what a killed demo left a moment to be gone."""
    deadline = time.monotonic() + FOR_THE_LAST_RUN
    try:
        while not is_free(port):
            if time.monotonic() > deadline:
                raise CannotStart(f"Port {port} is in use: choose another, as in make demo PORT=8123.")
            time.sleep(0.1)
    except PermissionError:
        raise CannotStart(f"Port {port} needs root: choose one above 1023, as in make demo PORT=8123.") from None


@dataclass(slots=True)
class _OwnDatabase:
    """The folder's own server, for as long as the demo runs."""

    folder: Folder
    running: postgres.Running

    def keep_alive(self) -> None:
        if not self.running.is_alive():
            self.running.stop()
            self.running = postgres.start(self.folder.postgres)


@contextmanager
def _database(folder: Folder) -> Iterator[_OwnDatabase | None]:
    """The folder's own server, ended with the demo; none where DATABASE_URL names another."""
    if os.environ.get("DATABASE_URL"):
        yield None
        return
    require_own(folder)
    own = _OwnDatabase(folder, postgres.start(folder.postgres))
    try:
        yield own
    finally:
        own.running.stop()


def _begin(folder: Folder, web: Child, worker: Child, port: int) -> None:
    """Start both, and wait until the web answers. It loads its code while the database is made ready."""
    seed = Child("seed", ("seed",), web.environment, folder.logs / "seed.log")
    seed.start()
    seed.begin()
    web.start()
    try:
        _wait_for(lambda: not seed.is_alive(), seed)
        if seed.failed():
            raise CannotStart(f"The database could not be made ready: {seed.last_words()} (its log is {seed.log})")
    finally:
        seed.end()
    web.begin()
    worker.start()
    worker.begin()
    _wait_for(lambda: _answers(port) or not web.is_alive(), web)
    if not web.is_alive():
        raise CannotStart(f"The web process did not start: {web.last_words()} (its log is {web.log})")


def _wait_for(done: Callable[[], bool], child: Child) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise CannotStart(f"The {child.name} process is not ready after {PATIENCE:.0f} s (its log is {child.log})")
        time.sleep(0.03)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def _watch(
    folder: Folder, web: Child, worker: Child, own: _OwnDatabase | None, *, changed: threading.Event
) -> NoReturn:
    """Start again whatever dies or hangs, and everything when the code has changed."""
    while True:
        time.sleep(0.2)
        if own is not None:
            own.keep_alive()
        if changed.is_set():
            changed.clear()
            web.restart()
            worker.restart()
        if worker.is_alive() and _is_hung(folder, worker):
            worker.restart()
        web.keep_alive()
        worker.keep_alive()


def _is_hung(folder: Folder, worker: Child) -> bool:
    beat = folder.path / "worker.heartbeat"
    silent = time.time() - beat.stat().st_mtime if beat.exists() else HUNG + 1
    return silent > HUNG and time.monotonic() - worker.started_at > HUNG


def _code_changes() -> threading.Event:
    """Set whenever a file of the program is saved."""
    from watchfiles import watch  # noqa: PLC0415 - developers have it, the demo does without

    changed = threading.Event()

    def wait_for_changes() -> None:
        for saved in watch(PROJECT / "booking"):
            if any(path.endswith(CODE) for _how, path in saved):
                changed.set()

    threading.Thread(target=wait_for_changes, daemon=True).start()
    return changed


def _welcome(folder: Folder, port: int, own: _OwnDatabase | None) -> str:
    if own is None:
        database = " and the database of DATABASE_URL"
    else:
        database = "" if own.running.data.is_relative_to(folder.path) else f" and {own.running.data}"
    return WELCOME.format(
        here=f"http://localhost:{port}",
        people="".join(f"    {person.name:<22} {person.role}\n" for person in example_people()),
        folder=folder.path,
        database=database,
    )

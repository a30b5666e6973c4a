"""The program's own processes, quickly: `booking WORDS...` as a fork of a Python that has loaded the program already.

They are processes as any other: each has an environment and connections of its own, and dies of kill -9. That `python -m booking` finds
and loads what it needs is seen in test_commands.py, and by every demo that is started.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

from booking.__main__ import main
from booking.database import MODELS

PATIENCE: Final = 30.0  # seconds
STABLE: Final = multiprocessing.get_context("forkserver")
# The program, what it loads only when it begins, and what the libraries do; then the templates.
LOADED: Final = (
    *("booking.__main__", "booking.app", "booking.worker", *MODELS),
    *(
        "booking.demo.outside",
        "booking.demo.people",
        "booking.demo.surroundings",
        "booking.demo.children",
        "booking.programmes.written",
    ),
    *(
        "tortoise.backends.asyncpg",
        "httpcore",
        "anyio._backends._asyncio",
        "stripe._stripe_client",
        "stripe._webhook",
        "stripe._object_classes",
    ),
    *("uvicorn.lifespan.on", "uvicorn.loops.auto", "uvicorn.protocols.websockets.auto"),
    "tests.compiled",
)
STABLE.set_forkserver_preload([*LOADED])


@dataclass(frozen=True, slots=True)
class Program:
    """One that was started."""

    _process: ForkServerProcess

    def is_over(self) -> bool:
        return self._process.exitcode is not None

    def wait(self, seconds: float = PATIENCE) -> int:
        """How it ended: its code, or the number of the signal that killed it, below zero. Raises TimeoutError."""
        self._process.join(seconds)
        if self._process.exitcode is None:
            raise TimeoutError(f"process {self._process.pid} has not ended within {seconds:.0f} s")
        return self._process.exitcode

    def kill(self) -> None:
        """As a power cut would."""
        self._process.kill()
        self._process.join()

    def end(self) -> None:
        """Ask it to finish, and kill it if it does not."""
        self._process.terminate()
        self._process.join(PATIENCE / 3)
        self.kill()


@contextmanager
def forked(do: Callable[..., object], *args: object) -> Iterator[Program]:
    """This in a process of its own, killed with the block if it has not ended."""
    process = STABLE.Process(target=do, args=args)
    process.start()
    started = Program(process)
    try:
        yield started
    finally:
        started.kill()


@dataclass(frozen=True, slots=True)
class Done:
    """What a command that has ended left."""

    code: int
    out: str
    err: str


@contextmanager
def program(*words: str, environment: Mapping[str, str], log: Path) -> Iterator[Program]:
    """`booking WORDS...` with this environment and no other for as long as the block lasts; what it says is added to the log."""
    with forked(_be, words, dict(environment), os.devnull, str(log), str(log)) as started:
        yield started


def done(*words: str, environment: Mapping[str, str], said: str = "") -> Done:
    """Run `booking WORDS...` to its end, with this on its standard input."""
    with tempfile.TemporaryDirectory(prefix="leeward-") as place:
        files = [Path(place) / name for name in ("in", "out", "err")]
        files[0].write_text(said)
        with forked(_be, words, dict(environment), *map(str, files)) as started:
            code = started.wait(4 * PATIENCE)
        return Done(code, files[1].read_text(), files[2].read_text())


def _be(words: tuple[str, ...], environment: Mapping[str, str], *streams: str) -> None:
    """In the fork: with nothing of the tests' own surroundings."""
    os.environ.clear()
    os.environ.update(environment)
    for number, path in enumerate(streams):
        opened = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - for as long as the process lasts
    sys.exit(main(words))

"""The demo's own processes: started, watched, started again when they die, and never left behind."""

import contextlib
import importlib
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from booking.demo.surroundings import PROJECT

SUPERVISED: Final = "LEEWARD_SUPERVISED"
LONGEST_WAIT: Final = 5.0  # seconds between two starts of a child that keeps dying
INPUT: Final = 0
PATIENCE: Final = 10.0


def wait_for_parent(module: str) -> None:
    """In a child: load the module, wait for the parent's word to begin, and from then on end at once when the parent is gone.

    The parent holds the other end of our standard input, and the kernel closes it whatever the parent dies of. Does nothing in a
    process that has no such parent.
    """
    if os.environ.pop(SUPERVISED, None):
        importlib.import_module(module)
        if not os.read(INPUT, 1):
            os._exit(1)
        threading.Thread(target=_end_at_end_of_input, daemon=True).start()


def _end_at_end_of_input() -> None:
    while os.read(INPUT, 1):  # not sys.stdin: its lock would be held by this thread when Python ends
        pass
    os._exit(1)


@dataclass(slots=True)
class Child:
    """One `python -m booking ...` that is to run for as long as the demo does."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    log: Path
    started_at: float = 0.0
    quick_deaths: int = 0
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.started_at = time.monotonic()
        with self.log.open("ab" if self.quick_deaths else "wb") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own words
                [sys.executable, "-m", "booking", *self.command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=PROJECT,
                env={**os.environ, **self.environment, SUPERVISED: "1"},
                start_new_session=True,  # Ctrl-C is for the parent, which ends us in order
            )

    def begin(self) -> None:
        """Let it begin: until then it only loads its code."""
        if self.process is not None and self.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.write(b"\n")
                self.process.stdin.flush()

    def failed(self) -> bool:
        return self.process is not None and bool(self.process.poll())

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def keep_alive(self) -> None:
        """Start it again if it died, at once the first time and then ever later while it dies young."""
        if self.is_alive():
            return
        lived = time.monotonic() - self.started_at
        if lived < min(LONGEST_WAIT, 0.5 * self.quick_deaths):
            return
        self.quick_deaths = self.quick_deaths + 1 if lived < PATIENCE else 1
        self._forget()
        self.start()
        self.begin()

    def restart(self) -> None:
        self.end()
        self.start()
        self.begin()

    def end(self) -> None:
        """Ask it to finish what it is doing; after a while, insist."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._forget()

    def _forget(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # it died before it read what was said to it
                self.process.stdin.close()
        self.process = None

    def last_words(self) -> str:
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else "it said nothing"

"""The program's web process as production runs it, and a bare one beside it under the same server."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import psutil

from booking.demo.ports import free_port
from tests.bench.scratch import Scratch, running
from tests.outside import PLAIN

PATIENCE: Final = 60.0
QUIET: Final = ("--no-access-log", "--no-server-header", "--log-level", "warning")


@dataclass(frozen=True, slots=True)
class Serving:
    """Processes that answer at a port."""

    port: int
    process: psutil.Popen

    def cpu(self) -> float:
        """Seconds of processor time that it and its workers have used, to the nanosecond.

        /proc counts in hundredths of a second, and a round of the bare part's holds takes about twenty of them.
        """
        family = [self.process, *self.process.children(recursive=True)]
        return sum(time.clock_gettime(_clock_of(each.pid)) for each in family)


def _clock_of(pid: int) -> int:
    """Linux's clock of another process's processor time: what clock_getcpuclockid(3) answers, which Python does not have."""
    return (~pid << 3) | 2


@contextmanager
def side_by_side(scratch: Scratch, asked: Path, workers: int) -> Iterator[tuple[Serving, Serving]]:
    """`booking web` on the scratch database, with real settings, and bare.py under uvicorn with the same options.

    `asked` is what the bare one's holds ask.
    """
    own, bare = free_port(), free_port()
    web = ("-m", "booking", "web", "--port", str(own), "--workers", str(workers))
    uvicorn = ("-m", "uvicorn", "tests.bench.bare:app", "--port", str(bare), "--workers", str(workers), *QUIET)
    with (
        running(web, scratch.environment, scratch.folder / "web.log") as ours,
        running(uvicorn, {**scratch.environment, "ASKED": str(asked)}, scratch.folder / "bare.log") as theirs,
    ):
        yield _answering(Serving(own, ours), "/readyz"), _answering(Serving(bare, theirs), "/page?size=100")


def _answering(serving: Serving, path: str) -> Serving:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if (
                httpx.get(f"http://127.0.0.1:{serving.port}{path}", timeout=5, verify=PLAIN).status_code
                == httpx.codes.OK
            ):
                return serving
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError(f"nothing answers at port {serving.port}")

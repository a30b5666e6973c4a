"""The program's web process as production runs it, and a bare one beside it under the same server."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from tests.bench.scratch import Scratch, running

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Serving:
    """Processes that answer at a port."""

    port: int
    process: psutil.Popen

    def cpu(self) -> float:
        """Seconds of processor time that it and its workers have used."""
        family = [self.process, *self.process.children(recursive=True)]
        return sum(each.cpu_times().user + each.cpu_times().system for each in family)


@contextmanager
def web(scratch: Scratch, workers: int) -> Iterator[Serving]:
    """`booking web` on the scratch database, with real settings."""
    port = _free_port()
    command = ("-m", "booking", "web", "--port", str(port), "--workers", str(workers))
    with running(command, scratch.environment, scratch.folder / f"web-{port}.log") as process:
        yield _answering(Serving(port, process), "/readyz")


@contextmanager
def bare(scratch: Scratch, asked: Path, workers: int) -> Iterator[Serving]:
    """The bare application of bare.py, under uvicorn with the same options; `asked` is what its holds ask."""
    port = _free_port()
    command = ("-m", "uvicorn", "tests.bench.bare:app", "--port", str(port), "--workers", str(workers))
    quiet = ("--no-access-log", "--no-server-header", "--log-level", "warning")
    environment = {**scratch.environment, "ASKED": str(asked)}
    with running((*command, *quiet), environment, scratch.folder / f"bare-{port}.log") as process:
        yield _answering(Serving(port, process), "/page?size=100")


def _answering(serving: Serving, path: str) -> Serving:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{serving.port}{path}", timeout=5).status_code == httpx.codes.OK:
                return serving
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError(f"nothing answers at port {serving.port}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
        return free

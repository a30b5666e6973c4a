"""Real web processes, as production runs them, on the tests' own database server."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from tests.outside import PLAIN, SECRET, STRIPE_KEY, WEBHOOK_SECRET, address_of, free_socket
from tests.programs import PATIENCE, Program, program


@contextmanager
def web_processes(number: int, database_url: str, folder: Path) -> Iterator[list[str]]:
    """So many `booking web` processes, each at an address of its own, for as long as the block lasts."""
    with ExitStack() as stack:
        started = [stack.enter_context(_web(database_url, folder, each)) for each in range(number)]
        for each, (address, process) in enumerate(started):
            _wait_for(address, process, folder / f"web-{each}.log")
        yield [address for address, _process in started]


@contextmanager
def _web(database_url: str, folder: Path, number: int) -> Iterator[tuple[str, Program]]:
    with free_socket() as probe:
        address = address_of(probe)
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url,
        "STRIPE_SECRET_KEY": STRIPE_KEY,
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "SMTP_URL": "smtp://127.0.0.1:9",
        "MAIL_FROM": "Leeward <care@leeward.example>",
        "FILES_URL": str(folder / "files"),
        "SECRET_KEY": SECRET,
        "PUBLIC_URL": "https://leeward.example",
    }
    words = ("web", "--port", address.rsplit(":", 1)[1])
    with program(*words, environment=environment, log=folder / f"web-{number}.log") as process:
        yield address, process
        process.end()


def _wait_for(address: str, process: Program, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not process.is_over():
        try:
            if httpx.get(f"{address}/readyz", timeout=5, verify=PLAIN).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError(f"nothing answers at {address}: {log.read_text()[-2000:]}")

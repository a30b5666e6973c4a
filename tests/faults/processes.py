"""The program's own processes, to be killed: a web or a worker at a failpoint, on the tests' database and Stripe simulator."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from booking.kit.failpoints import VARIABLE
from tests.outside import PLAIN, SECRET, STRIPE_KEY, WEBHOOK_SECRET, address_of, free_socket
from tests.programs import PATIENCE, Program, program


@dataclass(frozen=True, slots=True)
class Place:
    """What a process needs to know."""

    database_url: str
    stripe_address: str
    folder: Path

    def environment(self, failpoint: str | None) -> dict[str, str]:
        """A demonstration's, for production refuses to start with a failpoint armed."""
        with free_socket() as mail:
            mail_port = mail.getsockname()[1]
        armed = {VARIABLE: failpoint} if failpoint else {}
        return armed | {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": self.database_url,
            "STRIPE_SECRET_KEY": STRIPE_KEY,
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "STRIPE_API_BASE": self.stripe_address,
            "SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
            "MAIL_FROM": "Leeward <care@leeward.example>",
            "FILES_URL": str(self.folder / "files"),
            "SECRET_KEY": SECRET,
            "PUBLIC_URL": "http://leeward.test",
            "LEEWARD_DEMO": "1",
            "LEEWARD_FOLDER": str(self.folder),
        }


@dataclass(frozen=True, slots=True)
class Web:
    """A web process and where it answers."""

    address: str
    process: Program
    log: Path

    def died_by_kill(self) -> bool:
        """Whether it ends, now or in a moment, as a failpoint ends it."""
        return self.process.wait() == -signal.SIGKILL


@contextmanager
def web(place: Place, failpoint: str | None = None) -> Iterator[Web]:
    """`booking web` for as long as the block lasts, unless its failpoint kills it."""
    with free_socket() as probe:
        address = address_of(probe)
    with running(place, "web", "--port", address.rsplit(":", 1)[1], failpoint=failpoint) as process:
        found = Web(address, process, place.folder / "web.log")
        _wait_for(found)
        yield found


def running(place: Place, *words: str, failpoint: str | None = None) -> AbstractContextManager[Program]:
    """`booking WORDS...`, killed with the block."""
    return program(*words, environment=place.environment(failpoint), log=place.folder / f"{words[0]}.log")


def _wait_for(found: Web) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not found.process.is_over():
        try:
            if httpx.get(f"{found.address}/healthz", timeout=5, verify=PLAIN).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError(f"nothing answers at {found.address}: {found.log.read_text()[-2000:]}")

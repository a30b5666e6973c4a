"""The real demo, started as its user would start it, and what may be asked of it from outside: its clock, its mailbox, its codes."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from booking.demo import postgres
from booking.demo.clock import DemoClock
from tests.outside import PLAIN, free_socket
from tests.programs import done

ROOT: Final = Path(__file__).parents[2]
HANDED_DOWN: Final = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
STARTS_WITHIN: Final = 60.0  # seconds
MAIL_WITHIN: Final = 20.0


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that runs at `address`, with its data in `folder`."""

    address: str
    folder: Path

    def seed_ready(self, number: int) -> list[str]:
        """So many more cases that may choose dates: their codes."""
        return self.booking("seed", "--ready", str(number)).split()

    def booking(self, *words: str) -> str:
        """What one of the product's commands says, on the demo's own database."""
        ended = done(*words, environment=HANDED_DOWN | {"LEEWARD_FOLDER": str(self.folder)})
        assert (ended.code, ended.err) == (0, "")
        return ended.out

    def mailbox(self, to: str) -> list[dict[str, Any]]:
        """What has arrived for this address, newest first."""
        found: list[dict[str, Any]] = self._get("/simulated/mailbox/messages.json", to=to).json()
        return found

    async def mail(self, to: str, subject: str, *, after: int = 0) -> dict[str, Any]:
        """The newest mail with these words in its subject, waited for: the worker sends it in its own time.

        Of those that came `after` so many had, if that is said.
        """
        deadline = time.monotonic() + MAIL_WITHIN
        while time.monotonic() < deadline:
            mails = self.mailbox(to)
            for mail in mails[: len(mails) - after]:
                if subject in mail["subject"]:
                    return mail
            await asyncio.sleep(0.1)
        there = [mail["subject"] for mail in self.mailbox(to)]
        raise AssertionError(f"no mail about {subject!r} for {to}; there are {there}")

    def source(self, mail: dict[str, Any]) -> str:
        """The mail as it was sent."""
        return self._get(f"/simulated/mailbox/mails/{mail['id']}/source").text

    def let_pass(self, leap: str) -> None:
        """Put the clock forward by hours (six), a day, a week or a month."""
        self._post("/demo/clock", leap=leap)

    def now(self) -> datetime:
        return DemoClock(self.folder / "clock")()

    def let_pass_until(self, moment: datetime) -> None:
        """Put the clock forward to that very minute: six hours later it may be night, when no mail is sent."""
        DemoClock(self.folder / "clock").put_forward(moment + timedelta(minutes=1) - self.now())

    def code_now(self) -> str:
        """What every member of staff's phone shows at this moment."""
        found = re.search(r"\b\d{6}\b", self._get("/demo").text)
        assert found, "no code on the demo's first page"
        return found[0]

    def _get(self, path: str, **query: str) -> httpx.Response:
        return httpx.get(self.address + path, params=query, verify=PLAIN).raise_for_status()

    def _post(self, path: str, **form: str) -> None:
        answer = httpx.post(self.address + path, data=form, headers={"Origin": self.address}, verify=PLAIN)
        assert answer.status_code < 400, answer.text


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """The demo with its data in this folder, for as long as the block lasts; nothing of it is left."""
    with free_socket() as reserved:
        port = reserved.getsockname()[1]
    said = folder.parent / "demo.out"
    command = (sys.executable, "-m", "booking", "demo", "--port", str(port))
    environment = HANDED_DOWN | {"LEEWARD_FOLDER": str(folder)}
    with said.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        _wait_for_the_welcome(process, said)
        yield Demo(f"http://localhost:{port}", folder)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        postgres.remove(folder / "postgres")


def _wait_for_the_welcome(process: "subprocess.Popen[bytes]", said: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        if "Leeward is running" in said.read_text():
            return
        time.sleep(0.05)
    raise AssertionError(f"the demo did not start: {said.read_text()}")

"""A mail server that misbehaves on demand, a clock that is set by hand, and a worker's deliverer between them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from booking.demo.mailbox.server import MailServer
from booking.demo.mailbox.store import MailStore
from booking.messages.compose import Composer
from booking.messages.deliver import Deliverer
from booking.messages.smtp import SmtpMailer, SmtpServer

QUICK = timedelta(seconds=0.7)


@dataclass
class Clock:
    time: datetime

    def __call__(self) -> datetime:
        return self.time

    def forward(self, by: timedelta) -> None:
        self.time += by


@dataclass
class Post:
    """Everything between the outbox and the mailbox."""

    server: MailServer
    store: MailStore
    clock: Clock
    path: Path
    deliverers: list[Deliverer] = field(default_factory=list)

    def deliverer(self, *, lanes: int = 8, patience: timedelta = QUICK, port: int | None = None) -> Deliverer:
        """One worker. It gives the server `patience` before the last word and as much after it."""
        server = SmtpServer("127.0.0.1", port or self.server.port, tls="none")
        mailer = SmtpMailer(server, greeting=patience, handover=patience)
        composer = Composer(public_url="https://leeward.example", sender="Leeward <care@leeward.example>")
        made = Deliverer(mailer, composer, self.clock, lanes=lanes)
        self.deliverers.append(made)
        return made

    def arrived(self) -> list[tuple[str, str]]:
        """Who has got what, in the order of its arrival."""
        return [(kept.recipient, kept.parsed()["Subject"]) for kept in reversed(self.store.newest())]


@asynccontextmanager
async def post_office(folder: Path, now: datetime) -> AsyncIterator[Post]:
    clock = Clock(now)
    path = folder / "mailbox.sqlite"
    store = MailStore(path)
    async with MailServer(store, clock).listening() as server:
        post = Post(server, store, clock, path)
        yield post
        for deliverer in post.deliverers:
            await deliverer.finish()

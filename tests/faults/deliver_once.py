"""A worker that delivers what is due and ends, in a process of its own, to be killed."""

import asyncio
import os
from datetime import datetime

from booking import database
from booking.kit.failpoints import VARIABLE
from booking.messages.compose import Composer
from booking.messages.deliver import Deliverer
from booking.messages.smtp import SmtpMailer, SmtpServer
from booking.settings import DatabaseUrl


def deliver_once(url: str, port: int, now: datetime, failpoint: str) -> None:
    os.environ[VARIABLE] = failpoint
    asyncio.run(_deliver(url, port, now))


async def _deliver(url: str, port: int, now: datetime) -> None:
    async with database.database(DatabaseUrl.parse(url).credentials()):
        mailer = SmtpMailer(SmtpServer("127.0.0.1", port, tls="none"))
        composer = Composer(public_url="https://leeward.example", sender="care@leeward.example")
        await Deliverer(mailer, composer, lambda: now).empty()

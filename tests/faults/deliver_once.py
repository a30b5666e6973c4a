"""A worker in a process of its own, to be killed: `python -m tests.faults.deliver_once DATABASE_URL SMTP_PORT NOW`."""

import asyncio
import sys
from datetime import datetime

from booking import database
from booking.messages.compose import Composer
from booking.messages.deliver import Deliverer
from booking.messages.smtp import SmtpMailer, SmtpServer
from booking.settings import DatabaseUrl


async def main(url: str, port: int, now: datetime) -> None:
    async with database.database(DatabaseUrl.parse(url).credentials()):
        mailer = SmtpMailer(SmtpServer("127.0.0.1", port, tls="none"))
        composer = Composer(public_url="https://leeward.example", sender="care@leeward.example")
        await Deliverer(mailer, composer, lambda: now).empty()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])))

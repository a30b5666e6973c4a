"""The mails that arrived, in one SQLite file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    arrived_at TEXT NOT NULL,
    recipient TEXT NOT NULL,
    raw BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS mail_of ON mail (recipient, id);
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """One mail as it arrived for one recipient."""

    id: int
    arrived_at: datetime
    recipient: str
    raw: bytes

    def parsed(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=policy.default)
        if not isinstance(parsed, EmailMessage):
            raise TypeError("the default policy makes EmailMessages")
        return parsed


class MailStore:
    """Opens the file anew each time: the SMTP server and the pages may be in two processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._open() as database:
            # What was acknowledged over SMTP is there after a kill -9.
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(SCHEMA)

    def keep(self, recipient: str, raw: bytes, *, now: datetime) -> int:
        with self._open() as database:
            added = database.execute(
                "INSERT INTO mail (arrived_at, recipient, raw) VALUES (?, ?, ?)",
                (now.astimezone(UTC).isoformat(), recipient.lower(), raw),
            )
            return added.lastrowid or 0

    def newest(self, recipient: str | None = None, *, limit: int = 200) -> list[Kept]:
        with self._open() as database:
            rows = database.execute(
                "SELECT id, arrived_at, recipient, raw FROM mail WHERE ?1 IS NULL OR recipient = ?1"
                " ORDER BY id DESC LIMIT ?2",
                (recipient.lower() if recipient else None, limit),
            ).fetchall()
        return [_kept(row) for row in rows]

    def one(self, number: int) -> Kept | None:
        with self._open() as database:
            row = database.execute("SELECT id, arrived_at, recipient, raw FROM mail WHERE id = ?", (number,)).fetchone()
        return _kept(row) if row else None

    def recipients(self) -> list[tuple[str, int]]:
        """Everyone who got mail and how many, the latest first."""
        with self._open() as database:
            return [
                (str(address), int(count))
                for address, count in database.execute(
                    "SELECT recipient, count(*) FROM mail GROUP BY recipient ORDER BY max(id) DESC"
                )
            ]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=10)) as database, database:
            yield database


def _kept(row: tuple[int, str, str, bytes]) -> Kept:
    number, arrived_at, recipient, raw = row
    return Kept(number, datetime.fromisoformat(arrived_at), recipient, raw)

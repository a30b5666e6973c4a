"""The simulator's memory: one SQLite file, so that what was answered survives kill -9."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

Body = dict[str, Any]

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS thing (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, object TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS thing_by_object ON thing (object, seq);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, owner TEXT NOT NULL, status INTEGER, body TEXT);
CREATE TABLE IF NOT EXISTS delivery (
    event_id TEXT PRIMARY KEY, state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, next_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS fault (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, answer TEXT NOT NULL, moment TEXT NOT NULL, path TEXT NOT NULL,
    calls INTEGER NOT NULL, seconds REAL NOT NULL);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Store:
    """Things by id, in the order in which they were made. Two processes may share the file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Nothing is awaited inside, so that requests take turns."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def run(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        return self._db.execute(sql, values).fetchall()

    def changed(self, sql: str, *values: Any) -> int:
        """How many rows the statement changed."""
        return self._db.execute(sql, values).rowcount

    def put(self, body: Body) -> Body:
        """Keep a thing, new or changed."""
        upsert = """INSERT INTO thing (id, object, body) VALUES (?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET body = excluded.body"""
        self.run(upsert, body["id"], body["object"], json.dumps(body))
        return body

    def get(self, kind: str, thing_id: str) -> Body | None:
        rows = self.run("SELECT body FROM thing WHERE id = ? AND object = ?", thing_id, kind)
        return json.loads(rows[0]["body"]) if rows else None

    def newest_first(self, kind: str) -> list[Body]:
        rows = self.run("SELECT body FROM thing WHERE object = ? ORDER BY seq DESC", kind)
        return [json.loads(row["body"]) for row in rows]

    def setting(self, name: str, default: str) -> str:
        rows = self.run("SELECT value FROM setting WHERE name = ?", name)
        return str(rows[0]["value"]) if rows else default

    def set(self, name: str, value: str) -> None:
        self.run(
            "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value
        )


def shown(body: Body) -> Body:
    """A thing as the API shows it: what begins with an underscore is the simulator's own."""
    return {name: value for name, value in body.items() if not name.startswith("_")}

"""Counting what is asked of the database: a page's statements must not grow with what is on it (N+1)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tortoise import connections


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement sent on the test's own connection within the block, those of transactions left out."""
    sent: list[str] = []

    def note(query: Any) -> None:
        if "SAVEPOINT" not in query.query:
            sent.append(" ".join(query.query.split()))

    own: Any = connections.get("default")
    with own._connection.query_logger(note):
        yield sent

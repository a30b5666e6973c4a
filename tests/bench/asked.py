"""What was recorded of a hold, for a process that loads nothing of the program's to read it."""

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

# A booking's id is then like no other number among a statement's values.
FAR: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One statement as it was sent."""

    sql: str
    values: tuple[Any, ...]

    def about(self, booking_id: int | None) -> tuple[Any, ...]:
        """Its values, for another booking than the one that it was sent about."""
        return tuple(booking_id if isinstance(each, int) and each > FAR else each for each in self.values)


def recorded(at: Path) -> list[list[Asked]]:
    """The statements of each hold, BEGIN and COMMIT among them."""
    kept: list[list[Asked]] = pickle.loads(at.read_bytes())  # noqa: S301 - our own file
    return kept

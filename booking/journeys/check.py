"""`booking check`: every promise that SQL can check, checked. What breaks one is named."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from booking.database import MODELS
from booking.kit.db import run

PACKAGES: Final = tuple(model.removesuffix(".models") for model in MODELS)


@dataclass(frozen=True, slots=True)
class Violation:
    """One row that breaks one promise."""

    promise: str
    row: dict[str, Any]

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.row.items())
        return f"{self.promise}: {told}"


def invariants() -> dict[str, str]:
    """Every promise by its name, with the SQL that finds what breaks it."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        try:
            found.update(import_module(f"{package}.checks").INVARIANTS)
        except ModuleNotFoundError as missing:
            if missing.name != f"{package}.checks":
                raise
    return found


async def check() -> list[Violation]:
    """All rows that break a promise, by promise; empty if every promise holds."""
    return [Violation(promise, row) for promise, sql in invariants().items() for row in await run(sql)]

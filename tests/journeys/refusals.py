"""What becomes of a deed that may be refused: `await refused(deed)` says whether it was, `must` and `had` that it may not be."""

from collections.abc import Awaitable
from types import ModuleType
from typing import Any

import pytest

from booking.kit.errors import Refusal
from booking.slots.claims import WindowTaken


async def refused(deed: Awaitable[object]) -> bool:
    """Whether it was refused; whatever else goes wrong is a fault."""
    try:
        await deed
    except Refusal:
        return True
    return False


async def must(deed: Awaitable[object]) -> None:
    """Nothing may stand in its way."""
    try:
        await deed
    except Refusal as refusal:
        raise AssertionError(f"what was shown could not be had: {refusal.code}") from refusal


async def had(deed: Awaitable[object]) -> None:
    """It may be refused, though not because somebody had been faster: nobody was."""
    try:
        await deed
    except WindowTaken as gone:
        raise AssertionError("what was shown could not be had") from gone


def fail_once(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> None:
    """The next time that dates are taken with this, something is in the way; afterwards nothing is."""
    take: Any = getattr(module, name)

    async def fails(*_: object, **__: object) -> None:
        monkeypatch.setattr(module, name, take)
        raise WindowTaken

    monkeypatch.setattr(module, name, fails)

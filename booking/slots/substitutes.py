"""When a resource of the chosen window has just gone: others that serve the same steps at the same times."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

from booking.slots.load import stock_for
from booking.slots.protocol import Protocol
from booking.slots.search import same_times
from booking.slots.windows import Window, Wishes

# Each try that fails is someone else's that succeeds: of so many at once who can all be served, the last has as many tries.
TRIES: Final = 20


async def ways_to_take(
    window: Window, protocol: Protocol, wishes: Wishes, *, now: datetime, but_for: int | None = None
) -> AsyncIterator[Window]:
    """The window, then the same times with other resources as they are free when asked for.

    For a journey that tries each in a transaction of its own: between two tries nothing is locked.

        async for candidate in ways_to_take(window, protocol, wishes, now=now):
            with suppress(WindowTaken):
                return await in_one_transaction(candidate)
        raise WindowTaken
    """
    yield window
    async for other in other_ways(window, protocol, wishes, now=now, but_for=but_for):
        yield other


async def other_ways(
    window: Window, protocol: Protocol, wishes: Wishes, *, now: datetime, but_for: int | None = None
) -> AsyncIterator[Window]:
    """The same without the window itself, for a journey that has tried it."""
    for _ in range(TRIES - 1):
        stock = await stock_for(window.clinic_id, protocol, window.start, window.start, now, but_for=but_for)
        if (other := same_times(protocol, window, wishes, stock)) is None:
            return
        yield other

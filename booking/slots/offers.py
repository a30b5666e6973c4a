"""The dates that a clinic can offer: its stock loaded as far as it is needed, and searched."""

from datetime import date, datetime, timedelta

from booking.slots.load import load_stock
from booking.slots.protocol import Protocol
from booking.slots.search import windows
from booking.slots.windows import Window, Wishes


async def free_windows(
    clinic_id: int,
    protocol: Protocol,
    wishes: Wishes,
    *,
    first: date,
    last: date,
    now: datetime,
    but_for: int | None = None,
) -> list[Window]:
    """Every start date from first to last, clinic-local, on which the whole protocol can run, earliest first.

    For a booking that is to be moved, name it in `but_for`: what it has itself is then free for it.
    """
    stock = await load_stock(clinic_id, first, last + timedelta(days=protocol.days), now, but_for=but_for)
    return windows(protocol, wishes, first, last, stock)

"""Turning what the house knows into what partners' systems read."""

from collections.abc import Iterable
from datetime import datetime

from booking.bookings.booking import status_at
from booking.bookings.models import Booking, BookingStatus
from booking.kit.money import Money
from booking.kit.times import in_zone
from booking.slots.windows import Window
from booking.web.api.shapes import Amount, BookingShape, WindowShape


def amount(money: Money) -> Amount:
    return Amount(amount=money.amount, currency=money.currency)


def window(found: Window, token: str) -> WindowShape:
    return WindowShape(
        start=found.start,
        end=found.end,
        starts_at=in_zone(found.starts_at, found.zone),
        ends_at=in_zone(found.ends_at, found.zone),
        token=token,
    )


def windows(found: Iterable[tuple[Window, str]]) -> list[WindowShape]:
    return [window(one, token) for one, token in found]


def booking(held: Booking, now: datetime) -> BookingShape:
    """Where it really stands at this moment: a hold past its time says so, even if no worker has run."""
    chosen, zone = held.ends, held.window["zone"]
    status = status_at(held, now)
    return BookingShape(
        code=held.code,
        status=status.value,
        start=chosen.start,
        end=chosen.end,
        starts_at=in_zone(chosen.starts_at, zone),
        ends_at=in_zone(chosen.ends_at, zone),
        lapses_at=held.lapses_at if status is BookingStatus.HELD else None,
    )

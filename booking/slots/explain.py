"""Why there are no dates, and when there are some."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from booking.slots.protocol import Protocol
from booking.slots.search import windows
from booking.slots.stock import Stock
from booking.slots.windows import Wishes


@dataclass(frozen=True, slots=True)
class NoDates:
    """Why no start date from `first` to `last` works.

    `missing` are the kinds of resource, or the products, each of which would open at least one date if it alone were never
    short; empty if it takes more than one. `by_wish` says that some dates work for a patient who wishes nothing.
    `first_free` is the first date after `last` that works, as far as the stock reaches.
    """

    first: date
    last: date
    missing: tuple[str, ...]
    by_wish: bool
    first_free: date | None


def why_none(protocol: Protocol, wishes: Wishes, first: date, last: date, stock: Stock) -> NoDates | None:
    """What stands in the way of every start date from first to last, or None if nothing does."""
    if windows(protocol, wishes, first, last, stock):
        return None
    horizon = stock.last - timedelta(days=protocol.days)
    later = windows(protocol, wishes, last + timedelta(days=1), horizon, stock)
    return NoDates(
        first,
        last,
        tuple(_missing(protocol, wishes, first, last, stock)),
        bool(windows(protocol, Wishes(), first, last, stock)),
        later[0].start if later else None,
    )


def _missing(protocol: Protocol, wishes: Wishes, first: date, last: date, stock: Stock) -> Iterator[str]:
    for what in (*protocol.kinds, *protocol.products):
        if windows(protocol.without(what), wishes, first, last, stock):
            yield what

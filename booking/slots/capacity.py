"""What a clinic could still take on: how many starts a day has room for, and of what one more would open most dates."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Final, NamedTuple

from booking.kit.times import days_between
from booking.slots.grid import Grid, packed, tick, tick_after, unpacked
from booking.slots.hours import Hours
from booking.slots.protocol import Protocol
from booking.slots.search import windows
from booking.slots.stock import Given, LotStock, Stock, Supply, given_from
from booking.slots.windows import Window, Wishes

# As long as a protocol may make one: a claim can begin so much before its step does.
LONGEST_BUFFER: Final = timedelta(days=7)
ALWAYS: Final = tuple(Hours(weekday, time(), time()) for weekday in range(7))


class Gain(NamedTuple):
    """One more resource of a kind, or one more lot of a product, and how many more start dates there would be."""

    what: str
    dates: int
    is_lot: bool = False


def starts_free(protocol: Protocol, wishes: Wishes, first: date, last: date, stock: Stock) -> dict[date, int]:
    """For each day, how many patients could start on it, if nobody started on any other.

    They are given windows one after another, so a day has room for at least so many.
    """
    near = _near(stock, first - LONGEST_BUFFER, last + timedelta(days=protocol.days))
    return {day: sum(1 for _ in _one_after_another(protocol, wishes, day, near)) for day in days_between(first, last)}


def bottleneck(protocol: Protocol, wishes: Wishes, first: date, last: date, stock: Stock) -> Gain | None:
    """Of what one more would free the most start dates from first to last; None if nothing would free any.

    One more of a kind can do all that the protocol and the wishes ask of it, keeps the hours that most of its kind
    keep, and is closed only when the whole clinic is. One more lot may be used on any of the days, and has doses enough.
    Of two that gain the same, the one that is needed first, and a lot last.
    """
    wanted = wishes.applied(protocol)
    now = len(windows(protocol, wishes, first, last, stock))

    def gained(more: Stock) -> int:
        return len(windows(protocol, wishes, first, last, more)) - now

    kinds = [Gain(kind, gained(_with_one_more(stock, wanted, kind))) for kind in wanted.kinds]
    lots = [Gain(product, gained(_with_a_lot(stock, wanted, product)), True) for product in wanted.products]
    best = max((*kinds, *lots), key=lambda gain: gain.dates, default=None)
    return best if best and best.dates else None


def _near(stock: Stock, first: date, last: date) -> Stock:
    """The stock of these days alone: it is looked at many times."""
    near = replace(stock, first=max(first, stock.first), last=min(last, stock.last))
    supplies = tuple(replace(supply, busy=packed(_meeting(supply, near.grid))) for supply in stock.resources)
    return replace(near, resources=supplies)


def _meeting(supply: Supply, grid: Grid) -> Iterator[tuple[int, int]]:
    first, last = grid.origin, grid.origin + grid.size
    return ((start, end) for start, end in unpacked(supply.busy) if start < last and end > first)


def _one_after_another(protocol: Protocol, wishes: Wishes, day: date, stock: Stock) -> Iterator[Window]:
    while found := windows(protocol, wishes, day, day, stock):
        yield found[0]
        if not found[0].rows() and not any(step.doses for step in found[0].steps):
            return  # it takes nothing: there is room for any number, and one of them is told
        stock = _taken(stock, found[0])


def _taken(stock: Stock, window: Window) -> Stock:
    """What is left once the window has been taken."""
    given = (Given(step.product, step.day, step.doses) for step in window.steps if step.product)
    claimed: dict[int, list[tuple[int, int]]] = {}
    for row in window.rows():
        claimed.setdefault(row.resource_id, []).append((tick(row.starts_at), tick_after(row.ends_at)))
    supplies = tuple(
        replace(supply, busy=supply.busy + packed(claimed[supply.id])) if supply.id in claimed else supply
        for supply in stock.resources
    )
    return replace(stock, resources=supplies, lots=given_from(stock.lots, given))


def _with_one_more(stock: Stock, wanted: Protocol, kind: str) -> Stock:
    needs = (need for step in wanted.steps for need in step.needs if need.kind == kind)
    skills = frozenset(skill for need in needs for skill in need.skills)
    kept = Counter(supply.hours for supply in stock.resources if supply.kind == kind)
    hours = kept.most_common(1)[0][0] if kept else ALWAYS
    fresh = max((supply.id for supply in stock.resources), default=0) + 1
    return replace(stock, resources=(*stock.resources, Supply(fresh, kind, skills, hours, tuple(stock.shut))))


def _with_a_lot(stock: Stock, wanted: Protocol, product: str) -> Stock:
    doses = sum(step.dose.count for step in wanted.steps if step.dose)
    fresh = max((lot.id for lot in stock.lots), default=0) + 1
    return replace(stock, lots=(*stock.lots, LotStock(fresh, product, stock.first, stock.last, doses)))

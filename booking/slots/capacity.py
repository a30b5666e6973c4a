"""What a clinic could still take on: how many starts a day has room for, and of what one more would open most dates."""

from collections import Counter
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Final, NamedTuple

from booking.kit.times import days_between
from booking.slots.board import Board
from booking.slots.hours import Hours
from booking.slots.protocol import Protocol
from booking.slots.search import windows
from booking.slots.stock import LotStock, Stock, Supply
from booking.slots.walk import Walk
from booking.slots.windows import Wishes

# As long as a protocol may make one: a claim can begin so much before its step does.
LONGEST_BUFFER: Final = timedelta(days=7)
ALWAYS: Final = tuple(Hours(weekday, time(), time()) for weekday in range(7))


class Gain(NamedTuple):
    """One more resource of a kind, or one more lot of a product, and how many more start dates there would be."""

    what: str
    dates: int
    is_lot: bool = False


def starts_free(
    protocol: Protocol, wishes: Wishes, first: date, last: date, stock: Stock
) -> Iterator[tuple[date, int]]:
    """For each day, how many patients could start on it, if nobody started on any other.

    They are given windows one after another, so a day has room for at least so many. The days come one by one, as they
    are found: where a clinic has much of everything, somebody else can have a turn between two.
    """
    wanted = wishes.applied(protocol)
    board = Board(wanted, wishes, stock)
    for day in days_between(first, last):
        start = stock.grid.index(day)
        left = copy(board)
        left.narrow(start, start + protocol.days)
        yield day, _room(left, start)


def _room(board: Board, start: int) -> int:
    """How often the protocol can be started on that day, each time as early as what is left allows."""
    walk, room = Walk(board, start), 0
    while placed := walk.first():
        room += 1
        claims, given = list(walk.claims(placed)), list(walk.given(placed))
        if not claims and not given:
            break  # it takes nothing: there is room for any number, and one of them is told
        board.take(claims, given)
    return room


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

"""Why there are no dates, and when there are some.

An explanation names what can be taken away, and is tried out: without the obstacles that it names there is a date, and
with any one of them left there is none.
"""

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from booking.slots.hours import Closed
from booking.slots.protocol import Protocol
from booking.slots.search import windows
from booking.slots.stock import Stock, Supply
from booking.slots.windows import Wishes

DAY = timedelta(days=1)


class Why(StrEnum):
    """What is wrong with a kind of resource, a product or a wish."""

    SHUT = "shut"  # the whole clinic, from `first` to `last`
    CLOSED = "closed"  # those of the kind, from `first` to `last`
    BOOKED = "booked"
    NO_DOSE = "no-dose"
    WISHED = "wished"  # nobody can do just then what was wished of the kind
    UNSUITED = "unsuited"  # the days that the patient named
    TOO_FEW = "too-few"  # however free they were: too few can do it at these times


class Obstacle(NamedTuple):
    """One thing in the way: `what` is a kind of resource or a product; a closure also has its days, first and last."""

    why: Why
    what: str = ""
    first: date | None = None
    last: date | None = None


class Asked(NamedTuple):
    """A question for dates."""

    protocol: Protocol
    wishes: Wishes
    stock: Stock


@dataclass(frozen=True, slots=True)
class NoDates:
    """Why no start date from `first` to `last` works.

    `obstacles` would together open at least one date if they were not there: a single one if one is enough, else the
    fewest that were found; empty if nothing that the clinic or the patient could change would. `missing` are the kinds
    of resource, or the products, each of which would open at least one date if it alone were never short; empty if it
    takes more than one. `by_wish` says that some dates work for a patient who wishes nothing. `first_free` is the first
    date after `last` that works, as far as the stock reaches.
    """

    first: date
    last: date
    obstacles: tuple[Obstacle, ...]
    missing: tuple[str, ...]
    by_wish: bool
    first_free: date | None


def why_none(protocol: Protocol, wishes: Wishes, first: date, last: date, stock: Stock) -> NoDates | None:
    """What stands in the way of every start date from first to last, or None if nothing does."""
    if windows(protocol, wishes, first, last, stock):
        return None
    horizon = stock.last - timedelta(days=protocol.days)
    later = windows(protocol, wishes, last + DAY, horizon, stock)
    # Nothing else is within reach of these dates, and a short stretch is quick to look at many times.
    near = replace(stock, last=min(stock.last, last + timedelta(days=protocol.days)))

    def opens(asked: Asked) -> bool:
        return bool(windows(asked.protocol, asked.wishes, first, last, asked.stock))

    return NoDates(
        first,
        last,
        _obstacles(Asked(protocol, wishes, near), opens),
        tuple(what for what in _needed(protocol) if opens(Asked(protocol.without(what), wishes, near))),
        opens(Asked(protocol, Wishes(), near)),
        later[0].start if later else None,
    )


def without(asked: Asked, obstacles: Iterable[Obstacle]) -> Asked:
    """The same question if these obstacles were not there."""
    for obstacle in obstacles:
        asked = _without(asked, obstacle)
    return asked


def thinkable(asked: Asked) -> list[Obstacle]:
    """Everything that could be in the way, the most particular first."""
    return list(_thinkable(asked))


def _obstacles(asked: Asked, opens: Callable[[Asked], bool]) -> tuple[Obstacle, ...]:
    every = thinkable(asked)
    for obstacle in every:
        if opens(without(asked, [obstacle])):
            return (obstacle,)
    if not opens(without(asked, every)):
        return ()
    # The vaguest is given up first, so that what stays is as particular as it can be.
    left = every
    for obstacle in reversed(every):
        fewer = [other for other in left if other != obstacle]
        if opens(without(asked, fewer)):
            left = fewer
    return tuple(left)


def _thinkable(asked: Asked) -> Iterator[Obstacle]:
    protocol, wishes, stock = asked
    kinds = wishes.applied(protocol).kinds
    shut = stock.shut
    for first, last in _stretches(shut, stock):
        yield Obstacle(Why.SHUT, "", first, last)
    for kind in kinds:
        own = {closed for supply in stock.resources if supply.kind == kind for closed in supply.closures} - shut
        for first, last in _stretches(own, stock):
            yield Obstacle(Why.CLOSED, kind, first, last)
    for kind in kinds:
        yield Obstacle(Why.BOOKED, kind)
    for product in protocol.products:
        yield Obstacle(Why.NO_DOSE, product)
    for kind in sorted(wishes.skills):
        yield Obstacle(Why.WISHED, kind)
    if wishes.picky:
        yield Obstacle(Why.UNSUITED)
    for kind in kinds:
        yield Obstacle(Why.TOO_FEW, kind)


def _needed(protocol: Protocol) -> tuple[str, ...]:
    return (*protocol.kinds, *protocol.products)


def _stretches(closures: Iterable[Closed], stock: Stock) -> list[tuple[date, date]]:
    """The stretches of days in which closures follow one another and meet the stock's days."""
    stretches: list[tuple[date, date]] = []
    for first, last in sorted((closed.first_day, closed.last_day) for closed in closures):
        if stretches and first - stretches[-1][1] <= DAY:
            stretches[-1] = stretches[-1][0], max(last, stretches[-1][1])
        else:
            stretches.append((first, last))
    return [(first, last) for first, last in stretches if first <= stock.last and last >= stock.first]


def _without(asked: Asked, obstacle: Obstacle) -> Asked:
    protocol, wishes, stock = asked
    why, what, first, last = obstacle
    match why:
        case Why.SHUT if first and last:
            opened = _within(stock.shut, first, last)
            return asked._replace(stock=_with(stock, None, lambda one: _but(one, opened)))
        case Why.CLOSED if first and last:
            shut = stock.shut
            return asked._replace(
                stock=_with(stock, what, lambda one: _but(one, _within({*one.closures} - shut, first, last)))
            )
        case Why.BOOKED:
            return asked._replace(stock=_with(stock, what, lambda one: replace(one, busy=b"")))
        case Why.WISHED:
            skills = {kind: skills for kind, skills in wishes.skills.items() if kind != what}
            return asked._replace(wishes=replace(wishes, skills=skills))
        case Why.UNSUITED:
            return asked._replace(wishes=Wishes(skills=wishes.skills))
        case _:
            return asked._replace(protocol=protocol.without(what))


def _with(stock: Stock, kind: str | None, changed: Callable[[Supply], Supply]) -> Stock:
    """The stock with every resource of the kind changed, or every one there is."""
    supplies = tuple(changed(one) if kind in (None, one.kind) else one for one in stock.resources)
    return replace(stock, resources=supplies)


def _but(supply: Supply, opened: Container[Closed]) -> Supply:
    return replace(supply, closures=tuple(closed for closed in supply.closures if closed not in opened))


def _within(closures: Iterable[Closed], first: date, last: date) -> set[Closed]:
    return {closed for closed in closures if first <= closed.first_day <= closed.last_day <= last}

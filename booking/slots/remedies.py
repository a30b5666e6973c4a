"""What those may have instead whom a change of the clinic's stands in the way of: an absence, a closure, a recalled lot.

All of them are looked at together, the earliest stay first. What each is offered first counts as taken for those after
it, and what it has counts as taken too: no offer relies on someone else's having been accepted. So in this order any
of the first offers can be accepted, all of them or some.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from booking.kit.times import in_zone
from booking.slots.explain import NoDates, why_none
from booking.slots.grid import packed, tick, tick_after, unpacked
from booking.slots.protocol import Protocol
from booking.slots.search import same_times, windows
from booking.slots.stock import Given, LotStock, Stock, can_give, given_from
from booking.slots.windows import ClaimRow, Window, Wishes

DAY: Final = timedelta(days=1)
AROUND: Final = timedelta(days=60)
OFFERED: Final = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """A booking that the change touches, and the window that is claimed for it.

    `doses` are those that it has of released lots, by lot; `lost` those that a recall takes from steps to come, days
    in order: where other lots can give them, nothing else need change.
    """

    booking: str
    window: Window
    protocol: Protocol
    wishes: Wishes = field(default_factory=Wishes)
    doses: Mapping[int, int] = field(default_factory=dict)
    lost: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True)
class Remedy:
    """What the booking of `hit` may have instead.

    `same` runs at its own times: with other resources, or, if it is the very window, with doses of other lots. Without
    it `nearest` are the closest other windows, the closest first; without these `none` says why. A stay that has begun
    has at most other doses: it is not moved.
    """

    hit: Hit
    has_begun: bool = False
    same: Window | None = None
    nearest: tuple[Window, ...] = ()
    none: NoDates | None = None

    @property
    def offers(self) -> tuple[Window, ...]:
        """Everything that it may have, the first being what the others have been looked for beside."""
        return (self.same,) if self.same else self.nearest

    @property
    def only_doses(self) -> bool:
        return self.same == self.hit.window


def remedies(hits: Iterable[Hit], stock: Stock) -> list[Remedy]:
    """One for each, the earliest stay first. The stock holds everything that they have as taken.

    It begins today, and reaches as far as dates are to be looked for.
    """
    found = []
    for hit in sorted(hits, key=lambda hit: (hit.window.starts_at, hit.booking)):
        remedy = _remedy(hit, stock)
        stock = _after(remedy, stock)
        found.append(remedy)
    return found


def _remedy(hit: Hit, stock: Stock) -> Remedy:
    has_begun = hit.window.starts_at <= stock.now
    if hit.lost and can_give(stock.lots, hit.lost):
        return Remedy(hit, has_begun, same=hit.window)
    if has_begun:
        return Remedy(hit, has_begun)
    without = _given_back(hit, stock)
    same = same_times(hit.protocol, hit.window, hit.wishes, _own_first(hit.window, without))
    if same and same.steps != hit.window.steps:
        return Remedy(hit, same=same)
    return _at_other_times(hit, without)


def _at_other_times(hit: Hit, stock: Stock) -> Remedy:
    # Nobody comes from abroad on the day itself.
    tomorrow = in_zone(stock.now, stock.zone).date() + DAY
    first = max(hit.window.start - AROUND, tomorrow)
    last = max(min(hit.window.start + AROUND, stock.last - hit.protocol.days * DAY), first)
    found = [one for one in windows(hit.protocol, hit.wishes, first, last, stock) if one.steps != hit.window.steps]
    if not found:
        return Remedy(hit, none=why_none(hit.protocol, hit.wishes, first, last, stock))
    # Of two equally close the later: whoever has booked a flight cannot easily come sooner.
    found.sort(key=lambda one: (abs(one.start - hit.window.start), one.start < hit.window.start))
    return Remedy(hit, nearest=tuple(found[:OFFERED]))


def _own_first(window: Window, stock: Stock) -> Stock:
    """Its own resources before all others, so that no more changes than must."""
    own = {row.resource_id for row in window.rows()}
    return replace(stock, resources=tuple(sorted(stock.resources, key=lambda one: one.id not in own)))


def _given_back(hit: Hit, stock: Stock) -> Stock:
    """The stock as it is for the booking itself: what it has is free."""
    own = _periods(hit.window.rows())
    resources = tuple(
        replace(one, busy=packed(period for period in unpacked(one.busy) if period not in own[one.id]))
        if one.id in own
        else one
        for one in stock.resources
    )
    lots = tuple(replace(lot, free=lot.free + hit.doses.get(lot.id, 0)) for lot in stock.lots)
    return replace(stock, resources=resources, lots=lots)


def _after(remedy: Remedy, stock: Stock) -> Stock:
    """The stock for whoever comes next: less what is offered here first, and nothing more for it."""
    hit = remedy.hit
    if not remedy.offers:
        return stock
    if remedy.only_doses:
        return replace(stock, lots=given_from(stock.lots, hit.lost))
    window = remedy.offers[0]
    taken = _periods(window.rows())
    resources = tuple(
        replace(one, busy=one.busy + packed(taken[one.id])) if one.id in taken else one for one in stock.resources
    )
    given = [Given(step.product, step.day, step.doses) for step in window.steps if step.product and step.doses]
    left = given_from(_given_back(hit, stock).lots, given)
    return replace(stock, resources=resources, lots=tuple(map(_fewer, stock.lots, left)))


def _fewer(before: LotStock, after: LotStock) -> LotStock:
    """The lot with the doses that it has whether or not the offer is accepted."""
    return min(before, after, key=lambda lot: lot.free)


def _periods(rows: Iterable[ClaimRow]) -> dict[int, list[tuple[int, int]]]:
    """What the claims take of each resource, in ticks."""
    periods: dict[int, list[tuple[int, int]]] = {}
    for row in rows:
        periods.setdefault(row.resource_id, []).append((tick(row.starts_at), tick_after(row.ends_at)))
    return periods

"""Every explanation is true: what it names is in the way, all of it, and nothing else."""

from dataclasses import replace
from datetime import date

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from booking.slots.explain import Asked, NoDates, Obstacle, Why, thinkable, why_none, without
from booking.slots.grid import packed
from booking.slots.hours import Closed
from booking.slots.protocol import Protocol
from booking.slots.stock import Stock, Supply
from booking.slots.windows import Wishes
from tests.slots import clinics, oracle
from tests.slots.rows import PROTOCOL
from tests.slots.test_offering import FIRST, HOURS, LAST, stock


def dates(asked: Asked, first: date, last: date) -> list[date]:
    return oracle.dates(asked.protocol, asked.wishes, first, last, asked.stock)


@settings(max_examples=clinics.how_many(50), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_without_the_obstacles_there_is_a_date_and_with_any_one_of_them_there_is_none(data: st.DataObject) -> None:
    band = data.draw(st.sampled_from(sorted(clinics.BANDS)))
    protocol = Protocol.parse({"steps": data.draw(clinics.steps(band))})
    given_stock = data.draw(clinics.stocks(band))
    wishes = data.draw(clinics.wishes(given_stock.first))
    first = last = given_stock.first.replace(day=given_stock.first.day + 1)
    asked = Asked(protocol, wishes, given_stock)

    none = why_none(protocol, wishes, first, last, given_stock)

    assert (none is None) == bool(dates(asked, first, last))
    event(f"{len(none.obstacles)} obstacles" if none else "dates")
    if none is None:
        return
    assert bool(dates(without(asked, none.obstacles or thinkable(asked)), first, last)) == bool(none.obstacles)
    for obstacle in none.obstacles:
        others = [other for other in none.obstacles if other != obstacle]
        assert not dates(without(asked, others), first, last)


def chair(*closures: Closed, busy: bytes = b"") -> Supply:
    return Supply(2, "chair", hours=HOURS, closures=closures, busy=busy)


def obstacles(given: Stock, first: int, last: int, wishes: Wishes | None = None) -> tuple[Obstacle, ...]:
    none = why_none(PROTOCOL, wishes or Wishes(), FIRST.replace(day=first), FIRST.replace(day=last), given)
    assert none is not None
    return none.obstacles


def all_of(given: Stock) -> bytes:
    return packed([(given.grid.origin, given.grid.origin + given.grid.size)])


def test_a_closure_is_named_with_all_its_days_and_the_first_free_date() -> None:
    closed = stock(
        chair=chair(Closed(date(2027, 3, 3), date(2027, 3, 11)), Closed(date(2027, 3, 12), date(2027, 3, 19)))
    )

    none = why_none(PROTOCOL, Wishes(), date(2027, 3, 4), date(2027, 3, 12), closed)

    assert none == NoDates(
        date(2027, 3, 4),
        date(2027, 3, 12),
        (Obstacle(Why.CLOSED, "chair", date(2027, 3, 3), date(2027, 3, 19)),),
        ("chair",),
        False,
        date(2027, 3, 22),
    )


def test_until_further_notice_is_a_closure_like_any_other() -> None:
    for_ever, later = Closed(date(2027, 2, 2), date.max), Closed(FIRST.replace(day=3), FIRST.replace(day=3))

    none = obstacles(stock(chair=chair(for_ever, later)), 1, 3)

    assert none == (Obstacle(Why.CLOSED, "chair", date(2027, 2, 2), date.max),)


def test_when_the_whole_clinic_is_closed_that_is_said_and_not_what_of_it_is_needed() -> None:
    holiday = Closed(date(2027, 3, 3), date(2027, 3, 19))
    given = stock(chair=chair(Closed(date(2027, 3, 22), date(2027, 3, 23))))
    shut = replace(given, resources=tuple(replace(one, closures=(*one.closures, holiday)) for one in given.resources))

    assert obstacles(shut, 4, 12) == (Obstacle(Why.SHUT, "", date(2027, 3, 3), date(2027, 3, 19)),)
    assert obstacles(shut, 22, 22) == (Obstacle(Why.CLOSED, "chair", date(2027, 3, 22), date(2027, 3, 23)),)


def test_what_is_booked_out_has_no_dose_cannot_be_wished_or_does_not_suit_is_told_apart() -> None:
    assert obstacles(stock(chair=chair(busy=all_of(stock()))), 1, 31) == (Obstacle(Why.BOOKED, "chair"),)
    assert obstacles(stock(doses=0), 1, 31) == (Obstacle(Why.NO_DOSE, "cells"),)
    assert obstacles(stock(), 1, 31, Wishes(skills={"chair": frozenset({"ar"})})) == (Obstacle(Why.WISHED, "chair"),)
    assert obstacles(stock(), 1, 12, Wishes(not_before=date(2027, 3, 15))) == (Obstacle(Why.UNSUITED),)


def test_when_it_takes_more_than_one_all_are_named_and_no_others() -> None:
    closed = chair(Closed(date(2027, 3, 3), date(2027, 3, 19)), Closed(date(2027, 3, 24), date(2027, 3, 25)))

    assert obstacles(stock(chair=closed, doses=0), 4, 12) == (
        Obstacle(Why.CLOSED, "chair", date(2027, 3, 3), date(2027, 3, 19)),
        Obstacle(Why.NO_DOSE, "cells"),
    )


def test_nothing_is_named_where_nothing_would_help() -> None:
    past = replace(stock(), now=stock().now.replace(year=2028))

    assert why_none(PROTOCOL, Wishes(), FIRST, LAST, past) == NoDates(FIRST, LAST, (), (), False, None)

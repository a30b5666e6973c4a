from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.slots.capacity import Gain, bottleneck, starts_free
from booking.slots.grid import packed, tick
from booking.slots.hours import Hours
from booking.slots.protocol import Protocol
from booking.slots.search import windows
from booking.slots.stock import LotStock, Stock, Supply
from booking.slots.windows import Wishes
from tests.slots import clinics, oracle

FIRST, LAST = date(2027, 3, 1), date(2027, 3, 5)
ANYTHING = Wishes()


def visit(*kinds: str, **more: Any) -> Protocol:
    needs = [{"kind": kind} for kind in kinds]
    step = {"key": "visit", "title": {}, "day": 0, "earliest": "09:00", "latest": "10:00", "every": 60, "minutes": 60}
    return Protocol.parse({"steps": [{**step, "needs": needs, **more}]})


def stock(*kinds: str, doses: int = 0) -> Stock:
    hours = tuple(Hours(day, time(8), time(17)) for day in range(4))
    supplies = tuple(Supply(n, kind, hours=hours) for n, kind in enumerate(kinds))
    lots = (LotStock(1, "cells", FIRST, FIRST, doses), LotStock(2, "cells", FIRST, LAST, 1))
    return Stock(1, "America/Antigua", FIRST, LAST, datetime(2027, 1, 12, 13, tzinfo=UTC), supplies, lots)


def test_a_day_has_room_for_as_many_as_its_resources_and_hours_allow() -> None:
    two_times_two = stock("clinician", "clinician", "chair", "chair")

    assert list(starts_free(visit("clinician", "chair"), ANYTHING, FIRST, LAST, two_times_two).values()) == [
        4,
        4,
        4,
        4,
        0,
    ]
    assert list(starts_free(visit("clinician"), ANYTHING, FIRST, FIRST, stock()).values()) == [0]


def test_a_day_has_room_for_as_many_as_there_are_doses() -> None:
    dosed = visit("clinician", dose={"product": "cells"})

    assert list(starts_free(dosed, ANYTHING, FIRST, LAST, stock("clinician", "clinician", doses=2)).values()) == [
        3, 1, 1, 1, 0,
    ]  # fmt: skip


def test_a_day_has_room_for_who_needs_a_chair_from_the_evening_before() -> None:
    always = tuple(Hours(day, time(), time()) for day in range(7))
    chair = (Supply(1, "chair", hours=always),)
    wide = replace(stock(), first=FIRST - timedelta(days=7), resources=chair)
    early = visit("chair", earliest="06:00", latest="06:00", buffer_before=12 * 60)

    assert starts_free(early, ANYTHING, FIRST, FIRST, wide) == {FIRST: 1}


def test_who_needs_nothing_can_always_come() -> None:
    assert starts_free(visit(), ANYTHING, FIRST, FIRST, stock()) == {FIRST: 1}


def test_the_bottleneck_is_the_kind_of_which_one_more_frees_the_most_dates() -> None:
    first = tick(datetime(2027, 3, 1, 4, tzinfo=UTC))
    two_days = packed([(first, first + 2 * 288)])
    plain = stock("clinician", "chair")
    crowded = replace(plain, resources=(replace(plain.resources[0], busy=two_days), plain.resources[1]))

    assert bottleneck(visit("clinician", "chair"), ANYTHING, FIRST, LAST, crowded) == Gain("clinician", 2)
    assert bottleneck(visit("clinician"), ANYTHING, FIRST, LAST, plain) is None
    assert bottleneck(visit("clinician", "bed"), ANYTHING, FIRST, LAST, plain) == Gain("bed", 4)


def test_where_doses_are_short_it_is_a_lot_and_of_two_that_gain_the_same_the_resource() -> None:
    dosed = visit("clinician", dose={"product": "cells", "count": 2})
    plain = stock("clinician", doses=1)
    nobody = replace(plain, resources=(), lots=(LotStock(1, "cells", FIRST, LAST, 9),))

    assert bottleneck(dosed, ANYTHING, FIRST, LAST, plain) == Gain("cells", 3, is_lot=True)
    assert bottleneck(dosed, ANYTHING, FIRST, LAST, nobody) == Gain("clinician", 5)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_exactly_the_days_with_a_window_have_room(data: st.DataObject) -> None:
    band = data.draw(st.sampled_from(sorted(clinics.BANDS)))
    protocol = Protocol.parse({"steps": data.draw(clinics.steps(band))})
    given_stock = data.draw(clinics.stocks(band))

    room = starts_free(protocol, ANYTHING, given_stock.first, given_stock.last, given_stock)

    offered = [window.start for window in windows(protocol, ANYTHING, given_stock.first, given_stock.last, given_stock)]
    assert [day for day, starts in room.items() if starts] == offered
    assert offered == oracle.dates(protocol, ANYTHING, given_stock.first, given_stock.last, given_stock)

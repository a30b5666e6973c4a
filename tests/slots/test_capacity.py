from collections import defaultdict
from collections.abc import Iterator, Sequence
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
from booking.slots.stock import Given, LotStock, Stock, Supply, given_from
from booking.slots.windows import Window, Wishes
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


def room(protocol: Protocol, given_stock: Stock, last: date = LAST) -> list[int]:
    return [starts for _day, starts in starts_free(protocol, ANYTHING, FIRST, last, given_stock)]


def test_a_day_has_room_for_as_many_as_its_resources_and_hours_allow() -> None:
    two_times_two = stock("clinician", "clinician", "chair", "chair")

    assert room(visit("clinician", "chair"), two_times_two) == [4, 4, 4, 4, 0]
    assert room(visit("clinician"), stock(), FIRST) == [0]


def test_a_day_has_room_for_as_many_as_there_are_doses() -> None:
    dosed = visit("clinician", dose={"product": "cells"})

    assert room(dosed, stock("clinician", "clinician", doses=2)) == [3, 1, 1, 1, 0]


def test_a_day_has_room_for_who_needs_a_chair_from_the_evening_before() -> None:
    always = tuple(Hours(day, time(), time()) for day in range(7))
    chair = (Supply(1, "chair", hours=always),)
    wide = replace(stock(), first=FIRST - timedelta(days=7), resources=chair)
    early = visit("chair", earliest="06:00", latest="06:00", buffer_before=12 * 60)

    assert room(early, wide, FIRST) == [1]


def test_whose_later_step_would_run_into_an_earlier_claim_by_five_minutes_has_no_room() -> None:
    chair = {"kind": "chair"}
    twice = [
        {"key": "rest", "title": {}, "day": 0, "earliest": "09:00", "latest": "10:05", "every": 65, "minutes": 60},
        {"key": "drip", "title": {}, "day": 0, "earliest": "11:00", "latest": "13:00", "every": 60, "minutes": 60},
    ]
    protocol = Protocol.parse({"steps": [{**step, "needs": [chair]} for step in twice]})

    assert room(protocol, stock("chair"), FIRST) == [1]
    assert room(visit("chair", latest="10:55", every=5), stock("chair"), FIRST) == [2]


def test_what_is_given_to_those_who_start_on_one_day_is_free_for_those_who_start_on_the_next() -> None:
    hours = tuple(Hours(day, time(9), time(closes)) for day, closes in ((0, 12), (1, 10), (2, 10)))
    same = {"kind": "clinician", "same_as": "visit"}
    again = {"key": "again", "title": {}, "day": {"from": 1, "to": 2}, "earliest": "09:00", "latest": "09:00"}
    first = {"key": "visit", "title": {}, "day": 0, "earliest": "09:00", "latest": "11:00", "every": 60}
    steps = [{**first, "minutes": 60, "needs": [{"kind": "clinician"}]}, {**again, "minutes": 60, "needs": [same]}]
    one = replace(stock(), resources=(Supply(1, "clinician", hours=hours),))

    assert room(Protocol.parse({"steps": steps}), one, date(2027, 3, 3)) == [2, 1, 0]


def test_who_needs_nothing_can_always_come() -> None:
    assert room(visit(), stock(), FIRST) == [1]


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
    protocol, given_stock = drawn(data)

    found = starts_free(protocol, ANYTHING, given_stock.first, given_stock.last, given_stock)

    offered = [window.start for window in windows(protocol, ANYTHING, given_stock.first, given_stock.last, given_stock)]
    assert [day for day, starts in found if starts] == offered
    assert offered == oracle.dates(protocol, ANYTHING, given_stock.first, given_stock.last, given_stock)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_there_is_room_for_as_many_as_come_one_after_another_each_to_what_the_others_left(data: st.DataObject) -> None:
    protocol, given_stock = drawn(data)
    wide = replace(given_stock, resources=tuple(doubled(given_stock.resources)))

    found = dict(starts_free(protocol, ANYTHING, wide.first, wide.last, wide))

    assert found == {day: len(list(one_after_another(protocol, day, wide))) for day in found}


def drawn(data: st.DataObject) -> tuple[Protocol, Stock]:
    band = data.draw(st.sampled_from(sorted(clinics.BANDS)))
    protocol = Protocol.parse({"steps": data.draw(clinics.steps(band))})
    return protocol, data.draw(clinics.stocks(band))


def doubled(supplies: Sequence[Supply]) -> Iterator[Supply]:
    """So that a day has room for some: the clinics that are drawn are small."""
    for supply in supplies:
        yield supply
        yield replace(supply, id=supply.id + 100)


def one_after_another(protocol: Protocol, day: date, left: Stock) -> Iterator[Window]:
    """The slow way: a whole search for each who comes."""
    while found := windows(protocol, ANYTHING, day, day, left):
        yield found[0]
        claims = defaultdict[int, list[tuple[int, int]]](list)
        for row in found[0].rows():
            claims[row.resource_id].append((tick(row.starts_at), tick(row.ends_at)))
        doses = [Given(step.product, step.day, step.doses) for step in found[0].steps if step.product]
        if not claims and not doses:
            return
        supplies = (replace(one, busy=one.busy + packed(claims[one.id])) for one in left.resources)
        left = replace(left, resources=tuple(supplies), lots=given_from(left.lots, doses))

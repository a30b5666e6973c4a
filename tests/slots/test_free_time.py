from datetime import UTC, date, datetime, time

from booking.slots.free_time import Free, free_time
from booking.slots.grid import packed, tick
from booking.slots.hours import Closed, Hours
from booking.slots.stock import Stock, Supply

MONDAY, TUESDAY, SATURDAY = date(2027, 3, 8), date(2027, 3, 9), date(2027, 3, 13)
HOURS = tuple(Hours(day, time(8), time(16)) for day in range(5))


def test_what_is_claimed_closed_or_over_is_not_left() -> None:
    at = tick(datetime(2027, 3, 8, 17, tzinfo=UTC))  # 13:00 in Antigua
    supplies = (
        Supply(1, "chair", hours=HOURS, busy=packed([(at, at + 12)])),
        Supply(2, "bed", hours=HOURS),
        Supply(3, "chair", hours=HOURS, closures=(Closed(TUESDAY, TUESDAY, time(8), time(12)),)),
    )
    noon = datetime(2027, 3, 8, 16, tzinfo=UTC)
    stock = Stock(1, "America/Antigua", MONDAY, SATURDAY, noon, supplies)

    found = free_time(stock, MONDAY, SATURDAY)

    assert list(found) == ["chair", "bed"]
    assert found["chair"][:2] == [Free(180 + 240, 960), Free(480 + 240, 960)]
    assert (found["bed"][0], found["bed"][5]) == (Free(240, 480), Free(0, 0))
    assert free_time(stock, TUESDAY, TUESDAY)["bed"] == [Free(480, 480)]

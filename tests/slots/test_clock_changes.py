"""What is planned is the clinic's own clock: on the night it jumps, and when its country changes the rules."""

import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from booking.slots import grid, hours, stock
from booking.slots.hours import Hours
from booking.slots.protocol import Protocol
from booking.slots.search import windows
from booking.slots.stock import Stock, Supply
from booking.slots.windows import Window, Wishes

ALWAYS = tuple(Hours(day, time(), time()) for day in range(7))
BY_DAY = tuple(Hours(day, time(9), time(10)) for day in range(7))
Rules = Callable[[str], None]


def protocol(at: str) -> Protocol:
    step = {"key": "drip", "title": {"en": "Drip"}, "day": 0, "earliest": at, "latest": at, "minutes": 60}
    return Protocol.parse({"steps": [{**step, "needs": [{"kind": "chair"}]}]})


def found(at: str, zone: str, first: date, days: int, open_: tuple[Hours, ...]) -> list[Window]:
    last = first + timedelta(days=days - 1)
    now = datetime(2027, 1, 1, tzinfo=UTC)
    chair = Supply(1, "chair", hours=open_)
    return windows(protocol(at), Wishes(), first, last, Stock(1, zone, first, last + timedelta(days=1), now, (chair,)))


def test_a_step_at_half_past_two_is_not_offered_on_the_night_on_which_there_is_none() -> None:
    offered = found("02:30", "America/New_York", date(2027, 3, 12), 5, ALWAYS)

    assert [window.start.day for window in offered] == [12, 13, 15, 16]


def test_on_the_night_that_has_two_it_is_the_first_and_as_long_as_on_any_other() -> None:
    [window] = found("01:30", "America/New_York", date(2027, 11, 7), 1, ALWAYS)

    assert window.period(window.steps[0]) == (
        datetime(2027, 11, 7, 5, 30, tzinfo=UTC),
        datetime(2027, 11, 7, 6, 30, tzinfo=UTC),
    )


def test_a_step_that_was_planned_before_the_clock_was_made_to_jump_over_it_is_settled_and_not_lost() -> None:
    [window] = found("02:30", "America/New_York", date(2027, 3, 13), 1, ALWAYS)
    moved = Window(1, window.zone, window.protocol, (window.steps[0]._replace(day=date(2027, 3, 14)),))

    [row] = moved.rows()

    assert (row.starts_at, row.ends_at) == (
        datetime(2027, 3, 14, 7, 30, tzinfo=UTC),
        datetime(2027, 3, 14, 8, 30, tzinfo=UTC),
    )


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[Rules]:
    """Give the zone `Clinic/Town` the rules of another: what a new release of tzdata does to a real one."""

    def given(zone: str) -> None:
        (tmp_path / "Clinic").mkdir(exist_ok=True)
        told = files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()
        (tmp_path / "Clinic" / "Town").write_bytes(told)
        forget()

    def forget() -> None:
        # As the process that starts with the new release: it has remembered nothing.
        ZoneInfo.clear_cache(only_keys=["Clinic/Town"])
        for remembered in (grid.grid, hours.open_bits, stock._free, stock._days, stock._fits):
            remembered.cache_clear()

    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[str(tmp_path), *before])
    yield given
    zoneinfo.reset_tzpath(to=before)
    forget()


def test_opening_hours_and_windows_stay_at_their_local_times_when_a_country_changes_its_clocks(rules: Rules) -> None:
    rules("America/New_York")
    [before] = found("09:00", "Clinic/Town", date(2027, 7, 1), 1, BY_DAY)
    was = before.starts_at

    rules("America/Bogota")
    [after] = found("09:00", "Clinic/Town", date(2027, 7, 1), 1, BY_DAY)

    assert (was, after.starts_at) == (datetime(2027, 7, 1, 13, tzinfo=UTC), datetime(2027, 7, 1, 14, tzinfo=UTC))
    assert after.steps == before.steps
    assert before.starts_at == after.starts_at  # the same window, told again by the new rules


def test_a_day_that_only_looks_like_the_one_before_because_its_clock_jumped_is_looked_at_itself() -> None:
    """Half an hour less before the doors open at nine: as bits the same as half past eight on the day before."""
    saturday = date(2027, 10, 2)
    hours = Hours(5, time(8, 30), time(16, 30)), Hours(6, time(9), time(17))
    step = {"key": "visit", "title": {}, "day": 0, "earliest": "08:30", "latest": "12:00", "minutes": 60}
    protocol = Protocol.parse({"steps": [{**step, "needs": [{"kind": "chair"}]}]})
    stretch = saturday, saturday + timedelta(days=2)
    chairs = (Supply(1, "chair", hours=hours),)
    stock = Stock(1, "Australia/Lord_Howe", *stretch, datetime(2027, 9, 1, tzinfo=UTC), chairs)

    found = windows(protocol, Wishes(), saturday, saturday + timedelta(days=1), stock)

    assert [window.steps[0].starts for window in found] == [time(8, 30), time(9)]

"""What is offered and told of windows: tokens, the nearest, wishes."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from booking.kit.seals import new_key
from booking.slots.hours import Hours
from booking.slots.nearest import nearest
from booking.slots.protocol import Protocol
from booking.slots.search import windows
from booking.slots.stock import LotStock, Stock, Supply
from booking.slots.tokens import WindowOutdated, WindowUnreadable, read_window_token, window_token
from booking.slots.windows import Window, Wishes, ends_of
from tests.slots.rows import EVERYTHING, PROTOCOL

FIRST, LAST = date(2027, 3, 1), date(2027, 3, 31)
HOURS = tuple(Hours(day, time(8), time(17)) for day in range(5))
NOW = datetime(2027, 1, 12, 13, 0, tzinfo=UTC)
KEY = new_key()


def stock(*, chair: Supply | None = None, doses: int = 5) -> Stock:
    clinician = Supply(1, "clinician", frozenset({"es"}), HOURS)
    lot = LotStock(1, "cells", FIRST, LAST, doses)
    return Stock(7, "America/Antigua", FIRST, LAST, NOW, (clinician, chair or Supply(2, "chair", hours=HOURS)), (lot,))


def found(given: Stock, wishes: Wishes | None = None) -> list[Window]:
    return windows(PROTOCOL, wishes or Wishes(), FIRST, LAST, given)


def days(offered: list[Window]) -> list[int]:
    return [window.start.day for window in offered]


def read(token: str, **changes: Any) -> Window:
    return read_window_token(token, KEY, **{"protocol": PROTOCOL, "clinic_id": 7, "zone": "America/Antigua", **changes})


def test_a_window_comes_back_from_its_token_and_its_json() -> None:
    window = found(stock())[0]

    assert read(window_token(window, KEY)) == window
    assert Window.from_json(window.to_json()) == window
    assert (window.start, window.end) == (date(2027, 3, 1), date(2027, 3, 2))
    assert window.starts_at == datetime(2027, 3, 1, 13, tzinfo=UTC)
    assert ends_of(window.to_json()) == (window.start, window.end, window.starts_at, window.ends_at)


def test_a_window_says_what_its_steps_ask_of_their_resources_what_was_wished_included() -> None:
    window = found(stock(), Wishes(skills={"clinician": frozenset({"es"})}))[0]

    assert [step.asks for step in window.steps] == [("es",), ("es", "")]
    assert [row.asks for row in window.rows()] == ["es", "es", ""]
    assert [step.asks for step in found(stock())[0].steps] == [(), ()]
    assert read(window_token(window, KEY)) == Window.from_json(window.to_json()) == window


def test_where_a_window_ends_follows_the_zones_own_clock_whatever_was_written_beside_it() -> None:
    window = found(stock())[0]
    written = {**window.to_json(), "starts_at": "2027-03-01T00:00:00+00:00", "zone": "Europe/Paris"}

    assert ends_of(written).starts_at == datetime(2027, 3, 1, 8, tzinfo=UTC)


def test_a_token_that_was_changed_or_is_for_something_else_is_refused() -> None:
    token = window_token(found(stock())[0], KEY)
    longer = Protocol.parse({"steps": [{**EVERYTHING["steps"][0], "minutes": 90}, EVERYTHING["steps"][1]]})

    for changed in (token[:-2], ("y" if token[0] == "x" else "x") + token[1:], "", "é"):
        with pytest.raises(WindowUnreadable):
            read(changed)
    for other in ({"protocol": longer}, {"clinic_id": 8}, {"zone": "Europe/London"}):
        with pytest.raises(WindowOutdated):
            read(token, **other)


def test_the_nearest_windows_are_told_in_the_order_of_their_dates() -> None:
    offered = found(stock())

    assert days(nearest(offered, date(2027, 3, 13), 3)) == [10, 11, 15]


def test_wishes_leave_out_days_and_ask_for_what_someone_can_do() -> None:
    week = Wishes(not_before=date(2027, 3, 8), not_after=date(2027, 3, 12), not_on=frozenset({date(2027, 3, 9)}))

    assert days(found(stock(), week)) == [10, 11]
    assert len(found(stock(), Wishes(skills={"clinician": frozenset({"es"})}))) == len(found(stock()))
    assert found(stock(), Wishes(skills={"clinician": frozenset({"ar"})})) == []

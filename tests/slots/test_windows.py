from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.slots.protocol import Protocol
from booking.slots.search import same_times, windows
from tests.slots import clinics, oracle


@settings(max_examples=clinics.how_many(120), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_windows_are_exactly_the_dates_that_brute_force_finds_and_every_assignment_is_valid(
    data: st.DataObject,
) -> None:
    band = data.draw(st.sampled_from(sorted(clinics.BANDS)))
    protocol = Protocol.parse({"steps": data.draw(clinics.steps(band))})
    stock = data.draw(clinics.stocks(band))
    wishes = data.draw(clinics.wishes(stock.first))

    found = windows(protocol, wishes, stock.first, stock.last, stock)

    assert [window.start for window in found] == oracle.dates(protocol, wishes, stock.first, stock.last, stock)
    assert windows(protocol, wishes, stock.first, stock.last, stock) == found
    for window in found:
        assert oracle.fault(wishes.applied(protocol), wishes, stock, window.start, window.steps) == ""
        assert same_times(protocol, window, wishes, stock) == window

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.kit.times import in_zone
from booking.messages.occasions import OCCASIONS, SCHEDULED, Anchor, OnDay, WrongTimes, with_times_of
from booking.messages.planning import (
    DAY_BEGINS,
    DAY_ENDS,
    Anchors,
    Planned,
    Recipient,
    at_once,
    awake,
    awake_for_all,
    not_before,
    plan,
)

LAGOS = Recipient(1, "Africa/Lagos", "en")
NEW_YORK = Recipient(2, "America/New_York", "en")
TRIP = Anchors(
    arrival=date(2027, 3, 9),
    first_treatment=date(2027, 3, 10),
    last_treatment=date(2027, 3, 15),
    departure=date(2027, 3, 17),
    balance_due=date(2027, 2, 7),
)
NOW = datetime(2027, 1, 12, 13, tzinfo=UTC)

ZONES = st.sampled_from(
    [
        "America/New_York",
        "Europe/London",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "America/St_Johns",
        "Africa/Casablanca",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "America/Santiago",
    ]
)


def said(planned: list[Planned], zone: str) -> list[tuple[str, str]]:
    return [(one.occasion, in_zone(one.due_at, zone).strftime("%Y-%m-%d %H:%M")) for one in planned]


def test_a_trip_planned_in_time_has_every_mail_at_the_readers_own_hour() -> None:
    planned = plan(SCHEDULED, TRIP, LAGOS, now=NOW, about="LW-A")

    assert said(planned, "Africa/Lagos") == [
        ("balance-due", "2027-01-31 10:00"),
        ("documents-due", "2027-02-07 10:00"),
        ("flight-check", "2027-02-27 10:00"),
        ("what-to-bring", "2027-03-04 10:00"),
        ("pick-up-tomorrow", "2027-03-08 16:00"),
        ("day-one-after", "2027-03-16 09:00"),
        ("check-in-1", "2027-03-16 17:30"),
        ("check-in-3", "2027-03-18 10:00"),
        ("check-in-7", "2027-03-22 10:00"),
        ("check-in-30", "2027-04-14 10:00"),
        ("check-in-90", "2027-06-13 10:00"),
        ("check-in-180", "2027-09-11 10:00"),
        ("check-in-365", "2028-03-14 10:00"),
    ]


def test_the_hour_stays_the_readers_across_their_change_of_clocks() -> None:
    planned = {one.occasion: one for one in plan(SCHEDULED, TRIP, NEW_YORK, now=NOW)}

    # The United States put their clocks forward on 14 March 2027.
    assert planned["what-to-bring"].due_at == datetime(2027, 3, 4, 15, tzinfo=UTC)
    assert planned["check-in-3"].due_at == datetime(2027, 3, 18, 14, tzinfo=UTC)


def test_a_late_booking_is_told_what_is_still_useful_and_brings_no_burst_of_old_reminders() -> None:
    late = datetime(2027, 3, 6, 12, tzinfo=UTC)

    planned = plan(SCHEDULED, TRIP, LAGOS, now=late, about="LW-A")

    assert planned[0] == Planned("what-to-bring", "LW-A", late, None, datetime(2027, 3, 8, 9, tzinfo=UTC))
    assert [one.occasion for one in planned][1:3] == ["pick-up-tomorrow", "day-one-after"]


def test_what_was_said_before_is_not_said_again_as_late() -> None:
    late = datetime(2027, 3, 6, 12, tzinfo=UTC)

    planned = plan(SCHEDULED, TRIP, LAGOS, now=late, about="LW-A", said={"what-to-bring"})

    assert planned[0].occasion == "pick-up-tomorrow"


def test_a_late_mail_waits_for_the_morning_and_is_dropped_if_it_is_of_no_use_by_then() -> None:
    night = datetime(2027, 3, 7, 23, 30, tzinfo=UTC)  # half past midnight in Lagos
    too_late = datetime(2027, 3, 8, 8, 59, tzinfo=UTC)

    assert plan(SCHEDULED, TRIP, LAGOS, now=night)[0].due_at == datetime(2027, 3, 8, 7, tzinfo=UTC)
    assert plan(SCHEDULED, TRIP, LAGOS, now=too_late + timedelta(minutes=1))[0].occasion == "pick-up-tomorrow"


def test_what_hangs_on_a_day_that_is_not_known_is_not_planned() -> None:
    assert plan(SCHEDULED, Anchors(balance_due=date(2027, 2, 7)), LAGOS, now=NOW) == [
        Planned(
            "balance-due",
            "/2027-02-07",
            datetime(2027, 1, 31, 9, tzinfo=UTC),
            datetime(2027, 1, 31, 10),
            datetime(2027, 2, 7, 9, tzinfo=UTC),
        )
    ]


def test_what_is_told_anew_after_a_move_is_about_its_day_and_the_rest_about_the_trip() -> None:
    about = {one.occasion: one.about for one in plan(SCHEDULED, TRIP, LAGOS, now=NOW, about="LW-A")}

    assert (about["pick-up-tomorrow"], about["what-to-bring"]) == ("LW-A/2027-03-09", "LW-A")


def test_what_a_person_just_did_is_answered_at_once_and_other_news_waits_for_the_morning() -> None:
    night = datetime(2027, 1, 12, 23, 30, tzinfo=UTC)  # half past midnight in Lagos

    assert at_once("received", LAGOS, now=night).due_at == night
    assert at_once("plan-ready", LAGOS, now=night).due_at == datetime(2027, 1, 13, 7, tzinfo=UTC)
    assert at_once("plan-ready", LAGOS, now=NOW).due_at == NOW


def test_a_reader_who_travelled_is_written_to_at_the_local_time_that_was_meant() -> None:
    meant = datetime(2027, 3, 8, 16)
    due_in_lagos = datetime(2027, 3, 8, 15, tzinfo=UTC)

    assert not_before("pick-up-tomorrow", meant, "Africa/Lagos", due_in_lagos) == due_in_lagos
    assert not_before("pick-up-tomorrow", meant, "America/Antigua", due_in_lagos) == datetime(
        2027, 3, 8, 20, tzinfo=UTC
    )


def test_what_was_held_up_until_the_night_waits_for_the_morning() -> None:
    three_at_night = datetime(2027, 3, 5, 2, tzinfo=UTC)
    meant = datetime(2027, 3, 4, 10)

    assert not_before("what-to-bring", meant, "Africa/Lagos", three_at_night) == datetime(2027, 3, 5, 7, tzinfo=UTC)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2036, 12, 31), timezones=st.just(UTC)), ZONES)
def test_nobody_is_woken_in_any_zone_on_any_day(instant: datetime, zone: str) -> None:
    woken = awake(instant, zone)

    assert instant <= woken <= instant + timedelta(hours=13)
    assert DAY_BEGINS <= in_zone(woken, zone).time() <= DAY_ENDS


@given(st.dates(date(2026, 2, 1), date(2036, 12, 31)), ZONES)
def test_a_schedule_keeps_its_local_hour_on_every_day_of_every_zone(arrival: date, zone: str) -> None:
    planned = plan(
        [OCCASIONS["flight-check"]],
        Anchors(arrival=arrival),
        Recipient(1, zone, "en"),
        now=datetime(2025, 1, 1, tzinfo=UTC),
    )

    assert [in_zone(one.due_at, zone).replace(tzinfo=None) for one in planned] == [
        datetime.combine(arrival - timedelta(days=10), time(10))
    ]


def test_a_clinics_programme_sets_its_own_times() -> None:
    own = {
        occasion.key: occasion
        for occasion in with_times_of(
            [
                {"occasion": "documents-due", "anchor": "arrival", "days": -45, "at": "18:15", "useful_hours": 72},
                {"occasion": "flight-check", "off": True},
            ]
        )
    }

    assert own["documents-due"].when == OnDay(Anchor.ARRIVAL, -45, time(18, 15))
    assert own["documents-due"].useful == timedelta(hours=72)
    assert "flight-check" not in own
    assert own["what-to-bring"] == OCCASIONS["what-to-bring"]


@pytest.mark.parametrize(
    "entry",
    [
        {"occasion": "nothing-like-it"},
        {"occasion": "confirmed", "anchor": "arrival", "days": 1, "at": "10:00"},
        {"occasion": "flight-check", "anchor": "birthday", "days": 1, "at": "10:00"},
        {"occasion": "flight-check", "anchor": "arrival", "days": "soon", "at": "10:00"},
        {"occasion": "flight-check", "anchor": "arrival", "days": 1, "at": "25:00"},
        {"occasion": "flight-check", "anchor": "arrival", "days": 1, "at": "10:00", "useful_hours": 0},
        {"occasion": "flight-check", "anchor": "arrival", "days": 1},
    ],
)
def test_times_that_cannot_be_read_are_refused(entry: dict[str, object]) -> None:
    with pytest.raises(WrongTimes):
        with_times_of([entry])


def test_a_programmes_time_at_night_is_moved_into_the_day() -> None:
    own = with_times_of([{"occasion": "flight-check", "anchor": "arrival", "days": -10, "at": "23:00"}])

    planned = plan(own, Anchors(arrival=date(2027, 3, 9)), LAGOS, now=NOW)

    assert ("flight-check", "2027-02-27 20:30") in said(planned, "Africa/Lagos")


@given(st.datetimes(datetime(2026, 1, 1), datetime(2036, 12, 31), timezones=st.just(UTC)), ZONES, ZONES)
def test_what_ends_for_two_ends_in_nobodys_night_if_they_share_an_hour(instant: datetime, one: str, other: str) -> None:
    ends = awake_for_all(instant, [one, other])

    assert instant <= ends <= instant + timedelta(hours=24)
    assert DAY_BEGINS <= in_zone(ends, one).time() <= DAY_ENDS
    shared = [
        at for at in (instant + timedelta(hours=number) for number in range(24)) if awake(awake(at, one), other) == at
    ]
    assert not shared or ends == shared[0]

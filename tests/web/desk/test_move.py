"""A coordinator moves a booking to other dates."""

import re
from datetime import date, datetime
from html import unescape

import httpx
import pytest

from booking.bookings.models import Booking, BookingStatus
from booking.demo.ready import Stage
from booking.messages.models import Message
from booking.services import Services
from booking.slots.models import Claim, Closure, Lot, LotState, Resource
from booking.slots.windows import Window
from tests.journeys.trips import a_case, a_confirmed, a_hold, tokens
from tests.web.conftest import Visit
from tests.web.portal.pages import text_of


async def a_booking(visit: Visit, services: Services, *, now: datetime) -> Booking:
    return await a_confirmed(await a_case(visit.world, Stage.READY, now=now), services)


def choices(answer: httpx.Response) -> list[str]:
    """The addresses of the dates that may be looked at."""
    return [
        unescape(each)
        for each in re.findall(r'class="button button-secondary" href="([^"]*window=[^"]+)"', answer.text)
    ]


def token_in(answer: httpx.Response) -> dict[str, str]:
    return {
        name: unescape(re.findall(rf'name="{name}" value="([^"]*)"', answer.text)[0])
        for name in ("window", "interpreter")
    }


async def test_a_booking_is_moved_after_a_look_at_what_changes(visit: Visit, services: Services, now: datetime) -> None:
    booking = await a_booking(visit, services, now=now)
    nia = await visit.as_("nia")

    page = await nia.get(f"/desk/bookings/{booking.code}/move")
    look = await nia.get(choices(page)[-1])

    assert (page.status_code, look.status_code) == (200, 200)
    assert "everyone on the case is told the new dates" in look.text
    assert (await Booking.get(id=booking.id)).starts_at == booking.starts_at
    moved = await nia.post(f"/desk/bookings/{booking.code}/move", data=token_in(look))
    case = await booking.case
    assert (moved.status_code, moved.headers["location"]) == (303, f"/desk/cases/{case.code}")
    after = await Booking.get(id=booking.id)
    assert (after.status, after.calendar_sequence > booking.calendar_sequence) == (BookingStatus.CONFIRMED, True)
    assert after.starts_at > booking.starts_at
    claims = {(claim.resource_id, claim.step) for claim in await Claim.filter(booking_id=booking.id)}
    window = Window.from_json(after.window)
    assert claims == {(row.resource_id, row.step) for row in window.rows()}


async def test_when_a_bed_is_closed_the_same_hours_are_had_with_another_and_nobody_is_written_to(
    visit: Visit, services: Services, now: datetime
) -> None:
    booking = await a_booking(visit, services, now=now)
    bed = await Claim.get(booking_id=booking.id, resource__kind="bed").prefetch_related("resource")
    day = bed.starts_at.date()
    await Closure.create(resource_id=bed.resource_id, first_day=day, last_day=day)
    nia = await visit.as_("nia")
    mails = await Message.filter(booking_id=booking.id).count()

    page = await nia.get(f"/desk/bookings/{booking.code}/move")
    look = await nia.get(choices(page)[0])
    moved = await nia.post(f"/desk/bookings/{booking.code}/move", data=token_in(look))

    assert "(the hours it has, with other people or rooms)" in page.text
    assert "only people or rooms change, and nobody is written to" in look.text
    after = await Booking.get(id=booking.id)
    other = await Claim.get(booking_id=booking.id, resource__kind="bed")
    assert (moved.status_code, after.starts_at, other.starts_at) == (303, booking.starts_at, bed.starts_at)
    assert other.resource_id != bed.resource_id
    assert await Message.filter(booking_id=booking.id).count() == mails


async def test_a_booking_is_moved_and_its_family_told_later(visit: Visit, services: Services, now: datetime) -> None:
    booking = await a_booking(visit, services, now=now)
    nia = await visit.as_("nia")

    look = await nia.get(choices(await nia.get(f"/desk/bookings/{booking.code}/move"))[-1])
    await nia.post(f"/desk/bookings/{booking.code}/move", data={**token_in(look), "tell": "later"})

    after = await Booking.get(id=booking.id)
    assert (after.starts_at, after.aside is not None) == (booking.starts_at, True)
    assert not await Message.exists(booking_id=booking.id, occasion="moved")


async def test_a_hold_can_be_moved_and_lapses_when_it_would_have(
    visit: Visit, services: Services, now: datetime
) -> None:
    booking = await a_hold(await a_case(visit.world, Stage.READY, now=now), services)
    nia = await visit.as_("nia")

    look = await nia.get(choices(await nia.get(f"/desk/bookings/{booking.code}/move"))[-1])
    await nia.post(f"/desk/bookings/{booking.code}/move", data=token_in(look))

    assert "This is a hold: those who hold it are told the new dates." in look.text
    after = await Booking.get(id=booking.id)
    assert (after.status, after.lapses_at) == (BookingStatus.HELD, booking.lapses_at)
    assert after.starts_at > booking.starts_at


async def test_another_month_is_asked_for_and_nonsense_is_the_month_it_has(
    visit: Visit, services: Services, now: datetime
) -> None:
    booking = await a_booking(visit, services, now=now)
    nia = await visit.as_("nia")

    june = await nia.get(f"/desk/bookings/{booking.code}/move?month=2027-06")
    own = await nia.get(f"/desk/bookings/{booking.code}/move?month=soon")

    assert "Free dates in June 2027" in june.text
    assert "Free dates in April 2027" in own.text


async def test_dates_that_went_meanwhile_are_answered_with_the_nearest(
    visit: Visit, services: Services, now: datetime
) -> None:
    booking = await a_booking(visit, services, now=now)
    nia = await visit.as_("nia")
    page = await nia.get(f"/desk/bookings/{booking.code}/move?month=2027-06")
    look = await nia.get(choices(page)[0])
    month = {"first_day": date(2027, 6, 1), "last_day": date(2027, 6, 30)}
    await Closure.bulk_create(
        Closure(resource_id=doctor.id, **month) for doctor in await Resource.filter(kind="clinician")
    )

    answer = await nia.post(f"/desk/bookings/{booking.code}/move", data=token_in(look))

    assert (answer.status_code, len(choices(answer))) == (409, 3)
    assert "The closest free dates" in answer.text
    assert (await Booking.get(id=booking.id)).starts_at == booking.starts_at


async def test_a_month_without_other_dates_says_why_and_of_what_there_is_too_little(
    visit: Visit, services: Services, now: datetime
) -> None:
    booking = await a_booking(visit, services, now=now)
    month = {"first_day": date(2027, 5, 30), "last_day": date(2027, 7, 2)}
    await Closure.bulk_create(
        Closure(resource_id=doctor.id, **month) for doctor in await Resource.filter(kind="clinician")
    )
    # An interpreter may be able to do what is no language.
    await Resource.filter(name="Alma Ríos").update(skills=["es", "sign-language"])
    await Lot.filter(usable_until__gte=date(2027, 9, 1)).update(state=LotState.QUARANTINED)
    nia = await visit.as_("nia")

    june = text_of(await nia.get(f"/desk/bookings/{booking.code}/move?month=2027-06"))
    autumn = text_of(await nia.get(f"/desk/bookings/{booking.code}/move?month=2027-10"))

    assert "Doctors: closed or away from Sunday 30 May 2027 to Friday 2 July 2027" in june
    assert "More of any one of these would open dates: Doctors." in june
    assert "sign-language" in june
    assert "Doses of “uc-msc”: none left" in autumn
    assert "More of any one of these would open dates: Doses of “uc-msc”." in autumn


async def test_a_token_that_is_none_and_a_booking_of_others_are_refused(
    visit: Visit, services: Services, now: datetime
) -> None:
    booking = await a_booking(visit, services, now=now)
    nia, samuel = await visit.as_("nia"), await visit.as_("samuel")
    path = f"/desk/bookings/{booking.code}/move"

    assert (await nia.get(f"{path}?window=x")).status_code == 422
    assert (await nia.post(path, data={"window": "x"})).status_code == 422
    assert (await nia.get("/desk/bookings/LW-0000-0000/move")).status_code == 404
    assert (await samuel.get(path)).status_code == 403


@pytest.mark.parametrize("month", ["0001-01", "9999-12"])
async def test_a_month_beyond_all_calendars_is_as_good_as_none(
    visit: Visit, services: Services, now: datetime, month: str
) -> None:
    booking = await a_booking(visit, services, now=now)
    nia = await visit.as_("nia")

    none = await nia.get(f"/desk/bookings/{booking.code}/move")
    beyond = await nia.get(f"/desk/bookings/{booking.code}/move?month={month}")

    assert (beyond.status_code, choices(beyond)) == (200, choices(none))


async def test_below_the_first_day_of_a_case_a_booking_is_moved_only_by_who_says_so(
    visit: Visit, services: Services, now: datetime
) -> None:
    booking = await a_booking(visit, services, now=now)
    case, nia = await booking.case, await visit.as_("nia")
    path = f"/desk/bookings/{booking.code}/move"
    plain = token_in(await nia.get(choices(await nia.get(path))[-1]))

    saved = await nia.post(f"/desk/cases/{case.code}/first-day", data={"day": "2027-06-01"})
    told = await nia.get(saved.headers["location"])
    look = await nia.get(choices(await nia.get(path))[-1])
    refused = await nia.post(path, data=plain)
    kept = await Booking.get(id=booking.id)
    moved = await nia.post(path, data=plain | {"anyway": re.findall(r'name="anyway" value="([^"]*)"', look.text)[0]})

    assert saved.headers["location"] == f"/desk/cases/{case.code}/first-day"
    assert "The dates that they have begin before this day" in told.text
    assert f"{path}?month=2027-06" in told.text
    for shown in (look, refused):
        assert "These dates begin before Tuesday 1 June 2027, the first day of this case" in shown.text
        assert "Move it all the same" in shown.text
    assert (refused.status_code, kept.starts_at) == (422, booking.starts_at)
    assert (moved.status_code, (await Booking.get(id=booking.id)).starts_at > booking.starts_at) == (303, True)


async def test_a_coordinator_is_told_that_the_patient_has_other_dates_and_no_more_and_sees_the_nearest(
    visit: Visit, services: Services, now: datetime
) -> None:
    first, second = [await a_case(visit.world, Stage.READY, now=now) for _ in range(2)]
    offered = await tokens(second, services)
    booking = await a_confirmed(second, services, offered[-1])
    other = await a_hold(first, services, offered[0])
    nia = await visit.as_("nia")

    page = await nia.get(f"/desk/bookings/{booking.code}/move?month={other.starts_at:%Y-%m}")
    answer = await nia.post(f"/desk/bookings/{booking.code}/move", data={"window": offered[0], "interpreter": ""})

    assert "On some of these days the patient has other dates. They are left out." in text_of(page)
    assert (answer.status_code, len(choices(answer))) == (409, 3)
    assert "The patient has other dates at that time, and cannot be in two places." in text_of(answer)
    assert [other.code in each.text for each in (page, answer)] == [False, False]
    assert (await Booking.get(id=booking.id)).starts_at == booking.starts_at

"""The desk's calendar, its closures and its lots, through the whole application."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from html import unescape

import httpx

from booking.bookings.models import Booking
from booking.demo.ready import Stage
from booking.kit.times import in_zone, show_date
from booking.services import Services
from booking.slots.models import Claim, Closure, Dose, Holiday, Lot, LotEvent, LotState, Resource
from booking.slots.windows import Window
from tests.journeys.trips import a_case, a_confirmed, a_hold, tokens
from tests.statements import statements
from tests.web.conftest import Visit


async def a_booking(visit: Visit, services: Services, *, now: datetime) -> tuple[Booking, str]:
    case = await a_case(visit.world, Stage.READY, now=now)
    return await a_confirmed(case, services), case.code


def seen(answer: httpx.Response) -> str:
    """The page's words, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def test_a_booking_is_on_every_resource_that_it_has_and_leads_to_its_case(
    visit: Visit, services: Services, now: datetime
) -> None:
    booking, case = await a_booking(visit, services, now=now)
    nia = await visit.as_("nia")

    answer = await nia.get(f"/desk/calendar?day={booking.starts_at:%Y-%m-%d}")

    claims = await Claim.filter(booking_id=booking.id).count()
    assert answer.status_code == 200
    assert answer.text.count(f'class="entry entry-booking" href="/desk/cases/{case}"') == claims
    starts = in_zone(booking.starts_at, "America/Antigua")
    ends = starts + timedelta(minutes=90)
    assert f"{starts:%H:%M}–{ends:%H:%M} Samuel Adeyemi {booking.code} First visit with your doctor" in seen(answer)


async def test_a_hold_says_that_it_is_one_and_how_long_it_lasts(
    visit: Visit, services: Services, now: datetime
) -> None:
    case = await a_case(visit.world, Stage.READY, now=now)
    booking = await a_hold(case, services)
    nia = await visit.as_("nia")

    answer = await nia.get(f"/desk/calendar?day={booking.starts_at:%Y-%m-%d}&span=month")

    assert 'class="entry entry-hold"' in answer.text
    assert "Held: " in seen(answer)


async def test_a_stay_over_night_is_on_both_of_its_days_and_is_picked_up_where_it_begins(
    visit: Visit, services: Services, now: datetime
) -> None:
    booking, _case = await a_booking(visit, services, now=now)
    bed = await Claim.get(booking_id=booking.id, resource__kind="bed")
    window = Window.from_json(booking.window)
    night = [one._replace(minutes=20 * 60, buffer_after=60) if one.key == bed.step else one for one in window.steps]
    await Booking.filter(id=booking.id).update(window=replace(window, steps=tuple(night)).to_json())
    await Claim.filter(id=bed.id).update(ends_at=bed.starts_at + timedelta(hours=21))
    nia = await visit.as_("nia")

    async def on(day: date) -> tuple[str, int]:
        answer = await nia.get(f"/desk/calendar?day={day}&span=day&kind=bed")
        return seen(answer), answer.text.count('class="entry-move"')

    starts = in_zone(bed.starts_at, "America/Antigua")
    first, second = starts.date(), starts.date() + timedelta(days=1)
    today, handles = await on(first)
    tomorrow, none = await on(second)

    assert f"{starts:%H:%M}–{second:%a} {second.day} 07:00 Samuel Adeyemi" in today
    assert f"{first:%a} {first.day} {starts:%H:%M}–07:00 Samuel Adeyemi" in tomorrow
    assert f"Taken {first:%a} {first.day} {starts:%H:%M} to 08:00" in tomorrow
    assert (handles, none) == (1, 0)


async def test_every_span_is_a_page_and_nonsense_is_this_week(visit: Visit) -> None:
    nia = await visit.as_("nia")

    told = {
        asked: (await nia.get(f"/desk/calendar?{asked}")).text.split("<h1>")[1].split("</h1>")[0]
        for asked in (
            "",
            "day=2027-03-10&span=day",
            "day=2027-03-10",
            "day=2027-03-10&span=month",
            "day=2027-03-10&span=quarter",
            "day=9999-12-31&span=century&kind=%3Cb%3E&resource=x",
        )
    }

    assert list(told.values()) == [
        "Week of Monday 11 January 2027",
        "Wednesday 10 March 2027",
        "Week of Monday 8 March 2027",
        "March 2027",
        "March 2027 – May 2027",
        "Week of Monday 11 January 2027",
    ]


async def test_one_kind_or_one_resource_can_be_shown_alone(visit: Visit) -> None:
    nia = await visit.as_("nia")
    bed = await Resource.get(name="Recovery bed 2")

    of_a_kind = await nia.get("/desk/calendar?kind=bed")
    alone = await nia.get(f"/desk/calendar?resource={bed.id}")

    rows = re.compile(r'<th scope="row"><a [^>]*>([^<]+)</a></th>')
    assert rows.findall(of_a_kind.text) == ["Recovery bed 1", "Recovery bed 2", "Recovery bed 3"]
    assert rows.findall(alone.text) == ["Recovery bed 2"]


async def test_lots_are_on_it_with_doses_left_and_days_to_expiry(visit: Visit, now: datetime) -> None:
    nia = await visit.as_("nia")
    lot = await Lot.get(code="TB-UC-0102")

    page = seen(await nia.get("/desk/calendar"))

    left = (lot.usable_until - now.date()).days
    assert f"TB-UC-0102 Released. 12 of 12 doses left, {left} days to expiry" in page
    assert "TB-UC-0101" not in page  # recalled


async def test_a_holiday_is_told_once_at_its_day_and_not_in_every_row(visit: Visit) -> None:
    nia = await visit.as_("nia")
    await Holiday.filter(clinic_id=visit.world.clinic.id).delete()
    for day in (date(2027, 4, 7), date(2027, 4, 8)):
        await Holiday.create(clinic_id=visit.world.clinic.id, day=day, name="Carnival")

    pages = {span: await nia.get(f"/desk/calendar?day=2027-04-07&span={span}") for span in ("week", "month", "quarter")}

    for span, page in pages.items():
        assert "The whole clinic is closed: Wed 7 April to Thu 8 April Carnival" in seen(page)
        assert page.text.count('shut">') == 2
        assert page.text.count("Carnival") == (1 if span == "quarter" else 3)
        assert 'class="filled" data-day="Wed 7 April"' not in page.text


async def test_from_afar_a_number_leads_to_what_it_counts_and_from_there_each_can_be_moved(
    visit: Visit, services: Services, now: datetime
) -> None:
    booking, case = await a_booking(visit, services, now=now)
    nia, baptiste = await visit.as_("nia"), await visit.as_("baptiste")
    afar = f"/desk/calendar?day={booking.starts_at:%Y-%m-%d}&span=quarter&kind=bed"

    counts = re.findall(r'class="entry entry-booking" href="([^"]+)"', (await nia.get(afar)).text)
    [address] = map(unescape, counts)
    cell, hers = await nia.get(address), await baptiste.get(address)

    claim = await Claim.filter(booking_id=booking.id, resource__kind="bed").prefetch_related("resource").get()
    day = in_zone(claim.starts_at, "America/Antigua").date()
    assert f"{claim.resource.name}, {show_date(day, 'en')}" in seen(cell)
    assert f'href="/desk/cases/{case}"' in cell.text
    back = f"span=quarter&on={booking.starts_at:%Y-%m-%d}&kind=bed"
    move = f"/desk/bookings/{booking.code}/steps/{claim.step}?from={claim.resource_id}&{back}"
    assert [unescape(one) for one in re.findall(r'class="entry-move" href="([^"]+)"', cell.text)] == [move]
    assert (hers.status_code, booking.code in hers.text, "entry-move" in hers.text) == (200, True, False)
    for nowhere in ("resource=0&day=2027-04-07", f"resource={claim.resource_id}&day=soon", "day=2027-04-07"):
        assert (await nia.get(f"/desk/calendar/cell?{nowhere}")).status_code == 404


async def test_a_step_moved_from_afar_can_be_taken_back_there(visit: Visit, services: Services, now: datetime) -> None:
    booking, _case = await a_booking(visit, services, now=now)
    nia = await visit.as_("nia")
    told = f"{booking.code}.assessment.1.2.2027-03-01.09:00"

    page = await nia.get(f"/desk/calendar?span=quarter&moved={told}")

    assert f"“First visit with your doctor” of {booking.code} was moved" in seen(page)
    assert "Move it back" in page.text


async def test_the_statements_do_not_grow_with_what_is_on_it(visit: Visit, services: Services, now: datetime) -> None:
    nia = await visit.as_("nia")

    async def sent(span: str) -> int:
        with statements() as counted:
            assert (await nia.get(f"/desk/calendar?day=2027-04-07&span={span}")).status_code == 200
        return len(counted)

    await a_booking(visit, services, now=now)
    one = await sent("quarter")
    for who in ("helene", "abdullah"):
        await a_hold(await a_case(visit.world, Stage.READY, who, now=now), services)

    assert await sent("quarter") == one


async def test_patients_and_another_clinic_s_staff_see_none_of_it(visit: Visit) -> None:
    pages = ("/desk/calendar", "/desk/closures", "/desk/feeds", "/desk/lots", "/desk/lots/TB-UC-0102")
    samuel = await visit.as_("samuel")

    for path in pages:
        assert (await samuel.get(path)).status_code == 403
        assert (await visit.anonymous.get(path)).headers["location"].startswith("/staff/sign-in?next=")


async def test_a_closure_that_touches_nobody_is_kept_at_once_and_taken_back(visit: Visit) -> None:
    nia = await visit.as_("nia")
    chair = await Resource.get(name="Infusion chair 1")
    typed = {"resource": str(chair.id), "first_day": "2027-05-03", "last_day": "2027-05-07", "reason": "Service"}

    answer = await nia.post("/desk/closures", data=typed)

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/closures")
    closure = await Closure.get(resource_id=chair.id, reason="Service")
    assert "Monday 3 May 2027 to Friday 7 May 2027" in seen(await nia.get("/desk/closures"))
    await nia.post("/desk/closures/reopen", data={"closure": str(closure.id)})
    assert not await Closure.exists(id=closure.id)
    assert (await nia.post("/desk/closures/reopen", data={"closure": str(closure.id)})).status_code == 404


async def test_a_closure_names_the_bookings_it_touches_before_it_is_kept_and_for_as_long_as_it_does(
    visit: Visit, services: Services, now: datetime
) -> None:
    booking, case = await a_booking(visit, services, now=now)
    nia = await visit.as_("nia")
    step = Window.from_json(booking.window).steps[0]
    doctor = await Resource.get(id__in=step.resources, kind="clinician")
    typed = {"resource": str(doctor.id), "first_day": step.day.isoformat(), "reason": "Ill"}

    asked = await nia.post("/desk/closures", data=typed)

    assert not await Closure.exists(resource_id=doctor.id, reason="Ill")
    assert (asked.status_code, "1 appointment is in the way" in seen(asked), booking.code in asked.text) == (
        200,
        True,
        True,
    )
    await nia.post("/desk/closures", data={**typed, "anyway": "yes"})
    page = await nia.get("/desk/closures")
    assert f'href="/desk/bookings/{booking.code}/move"' in page.text
    assert f'href="/desk/cases/{case}"' in page.text
    others = await tokens(await a_case(visit.world, Stage.READY, "helene", now=now), services, step.day, step.day)
    assert len(others) <= 1  # the other doctor's, if any


async def test_what_is_wrong_with_a_closure_is_said_and_the_rest_kept(visit: Visit) -> None:
    nia = await visit.as_("nia")

    answer = await nia.post(
        "/desk/closures",
        data={"resource": "", "first_day": "2027-05-07", "last_day": "2027-05-03", "from_time": "9", "reason": "Away"},
    )

    assert answer.status_code == 422
    assert 'value="Away"' in answer.text
    for name in ("resource", "from_time"):
        assert f'id="{name}-error"' in answer.text


async def test_a_clinician_sees_closures_and_lots_and_changes_none(visit: Visit) -> None:
    baptiste = await visit.as_("baptiste")

    assert (await baptiste.get("/desk/closures")).status_code == 200
    assert (await baptiste.post("/desk/closures", data={})).status_code == 403
    assert (await baptiste.post("/desk/lots/TB-UC-0102", data={"was": "released", "to": "recalled"})).status_code == 403
    assert "Close for some days" not in (await baptiste.get("/desk/closures")).text


async def test_a_lot_comes_in_is_released_and_recalled_with_reasons_and_names_who_has_it(
    visit: Visit, services: Services, now: datetime
) -> None:
    booking, case = await a_booking(visit, services, now=now)
    nia = await visit.as_("nia")
    dose = await Dose.get(booking_id=booking.id)
    lot = await Lot.get(id=dose.lot_id)

    told = await nia.get(f"/desk/lots?booking={booking.code.lower()}")
    assert f"dose {dose.number} of lot {lot.code}" in seen(told)
    without = await nia.post(f"/desk/lots/{lot.code}", data={"was": "released", "to": "recalled", "reason": ""})
    assert (without.status_code, (await Lot.get(id=lot.id)).state) == (422, LotState.RELEASED)
    typed = {"was": "released", "to": "recalled", "reason": "Sterility test failed"}
    assert (await nia.post(f"/desk/lots/{lot.code}", data=typed)).status_code == 303
    page = await nia.get(f"/desk/lots/{lot.code}")
    assert "1 dose of this lot is promised" in seen(page)
    assert f'href="/desk/cases/{case}"' in page.text
    assert f'href="/desk/bookings/{booking.code}/move"' in page.text
    event = await LotEvent.get(lot_id=lot.id)
    assert (event.state, event.reason, event.by_id) == (
        LotState.RECALLED,
        "Sterility test failed",
        visit.world.people["nia"].id,
    )
    assert (await nia.post(f"/desk/lots/{lot.code}", data={**typed, "to": "released"})).status_code == 409


async def test_a_lot_is_received_quarantined_or_refused_beside_its_field(visit: Visit) -> None:
    nia = await visit.as_("nia")
    typed = {
        "product": "uc-msc",
        "code": "TB-UC-0900",
        "usable_from": "2027-02-01",
        "usable_until": "2027-08-01",
        "doses": "4",
    }

    assert (await nia.post("/desk/lots", data=typed)).status_code == 303
    lot = await Lot.get(code="TB-UC-0900")
    assert (lot.state, await Dose.filter(lot_id=lot.id).count()) == (LotState.QUARANTINED, 4)
    again = await nia.post("/desk/lots", data=typed)
    assert (again.status_code, 'id="code-error"' in again.text) == (422, True)
    assert (await nia.get("/desk/lots/TB-UC-9999")).status_code == 404


async def test_a_booking_with_a_dose_of_a_recalled_lot_gets_another_from_the_lots_page(
    visit: Visit, services: Services
) -> None:
    booking = await a_confirmed(await a_case(visit.world, now=services.now()), services)
    first, nia = (await Dose.filter(booking_id=booking.id).select_related("lot"))[0].lot, await visit.as_("nia")
    recall = {"was": "released", "to": "recalled", "reason": "A test came back."}
    await nia.post(f"/desk/lots/{first.code}", data=recall)

    page = await nia.get(f"/desk/lots/{first.code}")
    done = await nia.post(f"/desk/bookings/{booking.code}/doses")
    after = await nia.get(done.headers["location"])

    assert "Another dose, same dates" in seen(page)
    assert (done.status_code, done.headers["location"]) == (303, f"/desk/lots?booking={booking.code}")
    assert re.findall(r"of lot (\S+)", seen(after)) == ["TB-UC-0103"]
    assert await Dose.filter(booking_id=booking.id, lot_id=first.id).count() == 0
    assert (await (await visit.as_("baptiste")).post(f"/desk/bookings/{booking.code}/doses")).status_code == 403

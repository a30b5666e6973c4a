"""A closure or a recall touches bookings: the coordinator sees each with what it may have, accepts, and tells."""

import re
from datetime import timedelta
from html import unescape

import httpx

from booking.bookings.models import Booking
from booking.demo.world import World
from booking.messages.models import Message, MessageStatus
from booking.services import Services
from booking.slots.models import Claim, Closure, Dose, Holiday, Lot, LotState, Resource
from booking.slots.windows import Window
from tests.journeys.trips import FIRST, a_case, a_confirmed, a_hold, tokens
from tests.outside import Clock
from tests.web.conftest import Visit


async def a_stay(world: World, services: Services) -> Booking:
    return await a_confirmed(await a_case(world, now=services.now()), services)


async def a_hold_a_week_later(world: World, services: Services, stay: Booking) -> Booking:
    case = await a_case(world, who="helene", now=services.now())
    after = Window.from_json(stay.window).start + timedelta(days=7)
    return await a_hold(case, services, (await tokens(case, services, first=after))[0])


async def away(*kinds: str) -> None:
    """All of these kinds, for a month."""
    month = {"first_day": FIRST, "last_day": FIRST + timedelta(days=30)}
    await Closure.bulk_create(Closure(resource=one, **month) for one in await Resource.filter(kind__in=kinds))


def chosen(page: httpx.Response) -> dict[str, str | list[str]]:
    """What the page would send: every ticked box and hidden field."""
    found: dict[str, str | list[str]] = {"tell": [], "closure": [], "day": []}
    for tag in re.findall(r"<input[^>]*>", page.text):
        if " checked" in tag or 'type="hidden"' in tag:
            name, value = unescape(re.findall(r'name="([^"]*)"', tag)[0]), re.findall(r'value="([^"]*)"', tag)[0]
            before = found.get(name, "")
            found[name] = [*before, value] if isinstance(before, list) else value
    return found


async def test_closing_what_touches_someone_leads_to_what_they_may_have_and_nothing_is_done_yet(
    visit: Visit, world: World, services: Services
) -> None:
    stay = await a_stay(world, services)
    nia = await visit.as_("nia")
    chair = await Resource.get(name="Infusion chair 1", clinic_id=world.clinic.id)
    day = Window.from_json(stay.window).start.isoformat()
    typed = {"resource": str(chair.id), "first_day": day, "last_day": "2027-12-01"}

    warned = await nia.post("/desk/closures", data=typed)
    closed = await nia.post("/desk/closures", data={**typed, "anyway": "yes"})
    page = await nia.get(closed.headers["location"])

    closure = await Closure.get(resource_id=chair.id)
    assert "1 appointment is in the way" in warned.text
    assert closed.headers["location"] == f"/desk/closures/touched?closure={closure.id}"
    assert "1 booking is in the way" in page.text
    assert "The same times with Infusion chair 2" in page.text
    assert (await Booking.get(id=stay.id)).window == stay.window


async def test_all_that_are_chosen_are_accepted_at_once(visit: Visit, world: World, services: Services) -> None:
    stay = await a_stay(world, services)
    held = await a_hold_a_week_later(world, services, stay)
    await away("clinician")
    nia = await visit.as_("nia")

    page = await nia.get("/desk/closures/touched")
    done = await nia.post("/desk/closures/touched", data={**chosen(page), "accept": "all"})
    after = await nia.get(done.headers["location"])

    assert ("2 bookings are in the way" in page.text, page.text.count("Held")) == (True, 1)
    assert done.status_code == 303
    assert ("2 bookings have what you chose" in after.text, "No booking is in the way" in after.text) == (True, True)
    for one in (stay, held):
        assert (await Booking.get(id=one.id)).starts_at != one.starts_at
    assert await Message.exists(booking_id=stay.id, occasion="moved", status=MessageStatus.PLANNED)


async def test_one_is_accepted_and_told_later_the_other_is_left(visit: Visit, world: World, services: Services) -> None:
    stay = await a_stay(world, services)
    held = await a_hold_a_week_later(world, services, stay)
    await away("clinician")
    nia = await visit.as_("nia")

    page = await nia.get("/desk/closures/touched")
    await nia.post("/desk/closures/touched", data={**chosen(page), "tell": [], "accept": stay.code})
    after, board = await nia.get("/desk/closures/touched"), await nia.get("/desk")
    untold, look = await nia.get("/desk/untold"), await nia.get(f"/desk/bookings/{stay.code}/tell")
    file = await nia.get(f"/desk/cases/{(await stay.case).code}")
    portal = await (await visit.as_("samuel")).get(f"/portal/bookings/{stay.code}")

    kept = await Booking.get(id=stay.id)
    start = Window.from_json(kept.claimed).start
    new = f"{start:%-d %B %Y}"
    assert (kept.starts_at, (await Booking.get(id=held.id)).starts_at) == (stay.starts_at, held.starts_at)
    assert (stay.code in after.text, held.code in after.text) == (False, True)
    for page in (after, board):
        assert "1 family is not told of its new dates" in page.text
    assert "Moved, and the family is not told" in file.text
    assert [new in page.text for page in (untold, look, file, portal)] == [True, True, True, False]
    assert "Your new dates" in look.text

    told = await nia.post("/desk/untold", data={"tell": [stay.code]})

    assert (told.status_code, (await Booking.get(id=stay.id)).aside) == (303, None)
    assert "Every family knows its dates" in (await nia.get("/desk/untold")).text
    portal = await (await visit.as_("samuel")).get(f"/portal/bookings/{stay.code}")
    assert new in portal.text


async def test_a_family_is_told_from_its_own_page_once(visit: Visit, world: World, services: Services) -> None:
    stay = await a_stay(world, services)
    await away("clinician")
    nia, address = await visit.as_("nia"), f"/desk/bookings/{stay.code}/tell"
    page = await nia.get("/desk/closures/touched")
    await nia.post("/desk/closures/touched", data={**chosen(page), "tell": [], "accept": "all"})

    told, again = await nia.post(address), await nia.post(address)
    many = await nia.post("/desk/untold", data={"tell": [stay.code]})

    assert (told.status_code, again.status_code, many.status_code) == (303, 409, 409)
    assert "This family knows the dates that the booking has" in many.text
    assert await Message.filter(booking_id=stay.id, occasion="moved").count() == 1


async def test_what_could_not_be_done_is_said_and_the_rest_is(visit: Visit, world: World, services: Services) -> None:
    stay = await a_stay(world, services)
    held = await a_hold_a_week_later(world, services, stay)
    await away("clinician")
    nia = await visit.as_("nia")
    page = await nia.get("/desk/closures/touched")

    answer = await nia.post("/desk/closures/touched", data={**chosen(page), f"to-{stay.code}": "x"})

    assert answer.status_code == 409
    assert ("We could not read the dates" in answer.text, "1 booking has what you chose" in answer.text) == (True, True)
    assert (await Booking.get(id=held.id)).starts_at != held.starts_at


async def test_a_recalled_lot_s_page_offers_doses_of_another(visit: Visit, world: World, services: Services) -> None:
    stay = await a_stay(world, services)
    dose = await Dose.get(booking_id=stay.id).select_related("lot")
    await Lot.filter(id=dose.lot_id).update(state=LotState.RECALLED)
    nia, address = await visit.as_("nia"), f"/desk/lots/{dose.lot.code}/touched"

    lot, page = await nia.get(f"/desk/lots/{dose.lot.code}"), await nia.get(address)
    done = await nia.post(address, data=chosen(page))

    assert f'href="{address}"' in lot.text
    assert "Doses of another lot, at the dates it has" in page.text
    assert (done.status_code, done.headers["location"]) == (303, f"{address}?done=1")
    assert (await Dose.get(booking_id=stay.id)).lot_id != dose.lot_id


async def test_where_no_other_dose_is_left_that_is_why_other_dates_are_offered(
    visit: Visit, world: World, services: Services
) -> None:
    stay = await a_stay(world, services)
    dose = await Dose.get(booking_id=stay.id).select_related("lot")
    await Lot.filter(id=dose.lot_id).update(state=LotState.RECALLED)
    on = Window.from_json(stay.window).start + timedelta(days=1)
    await Lot.filter(usable_from__lte=on, usable_until__gte=on, state=LotState.RELEASED).update(
        state=LotState.QUARANTINED
    )

    page = await (await visit.as_("nia")).get(f"/desk/lots/{dose.lot.code}/touched")

    assert "there is no other dose for its own dates, so other dates" in page.text
    assert "nobody else is free" not in page.text


async def test_where_there_is_nothing_else_the_reason_is_said(visit: Visit, world: World, services: Services) -> None:
    await a_stay(world, services)
    year = {"first_day": FIRST - timedelta(days=90), "last_day": FIRST + timedelta(days=400)}
    await Closure.bulk_create(Closure(resource=one, **year) for one in await Resource.filter(kind="clinician"))
    nia = await visit.as_("nia")

    page = await nia.get("/desk/closures/touched")

    assert "There is nothing else that it could have" in page.text
    assert "Doctors: closed or away from" in page.text
    assert "Accept all that are chosen" not in page.text


async def test_of_a_stay_that_has_begun_each_step_in_the_way_leads_to_where_else_it_can_go(
    visit: Visit, world: World, services: Services, clock: Clock
) -> None:
    stay = await a_stay(world, services)
    claim = await Claim.get(booking_id=stay.id, step="therapy", resource__kind="therapist")
    clock.at = stay.starts_at + timedelta(hours=3)
    day = claim.starts_at.date()
    await Closure.create(resource_id=claim.resource_id, first_day=day, last_day=day)
    nia = await visit.as_("nia")

    page = await nia.get("/desk/closures/touched")
    [way] = re.findall(rf'href="(/desk/bookings/{stay.code}/steps/therapy[^"]*)"', page.text)
    step = await nia.get(unescape(way))

    assert "This stay has begun, so it is not moved." in page.text
    assert step.status_code == 200
    assert "steps/assessment" not in page.text


async def test_a_day_on_which_the_whole_clinic_is_closed_is_met_the_same_way(
    visit: Visit, world: World, services: Services
) -> None:
    stay = await a_stay(world, services)
    day = Window.from_json(stay.window).start
    await Holiday.create(clinic=world.clinic, day=day, name="A day of mourning")
    nia = await visit.as_("nia")

    page = await nia.get(f"/desk/closures/touched?day={day.isoformat()}")
    done = await nia.post("/desk/closures/touched", data=chosen(page))

    assert ("A day of mourning" in page.text, "1 booking is in the way" in page.text) == (True, True)
    assert (done.status_code, (await Booking.get(id=stay.id)).starts_at > stay.starts_at) == (303, True)
    assert (await nia.get("/desk/closures/touched?day=2027-13-01")).status_code == 404


async def test_a_skill_that_is_taken_leads_to_whom_it_leaves_without_and_what_they_may_have(
    visit: Visit, world: World, services: Services
) -> None:
    stay = await a_stay(world, services)
    nia = await visit.as_("nia")
    claims = await Claim.filter(booking_id=stay.id, resource__kind="clinician").select_related("resource")
    doctor = claims[0].resource
    path, typed = f"/desk/resources/{doctor.id}", {"name": doctor.name, "skills": "en"}

    asked = await nia.post(path, data=typed)
    saved = await nia.post(path, data={**typed, "anyway": "yes"})
    own, page, all_ = await nia.get(path), await nia.get(saved.headers["location"]), await nia.get("/desk/closures")
    done = await nia.post("/desk/closures/touched", data=chosen(page))
    after = await nia.get(path)

    assert ("Save this anyway" in asked.text, stay.code in asked.text) == (True, True)
    assert saved.headers["location"] == f"/desk/closures/touched?resource={doctor.id}"
    assert "for a skill that it does not have" in own.text
    assert "its hours or skills are no longer what these need" in page.text
    assert "Its hours or skills are no longer what 1 appointment needs" in all_.text
    assert f"/desk/closures/touched?resource={doctor.id}" in all_.text
    assert done.headers["location"] == f"/desk/closures/touched?resource={doctor.id}&done=1"
    assert "for a skill that it does not have" not in after.text


async def test_clinicians_see_closures_and_do_not_move_anyone(visit: Visit, world: World, services: Services) -> None:
    stay = await a_stay(world, services)
    doctor = await visit.as_("baptiste")

    for address in ("/desk/closures/touched", "/desk/untold", f"/desk/bookings/{stay.code}/tell"):
        assert (await doctor.get(address)).status_code == 403

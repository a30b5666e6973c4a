"""The clinic's resources and closed days, through the whole application."""

from datetime import date, datetime

import pytest

from booking.services import Services
from booking.slots.models import Claim, Holiday, Resource
from tests.web.conftest import Visit
from tests.web.desk.test_calendar import a_booking, seen

WEEK = {f"hours-{day}": "08:00-12:00, 13:00-17:30" for day in range(5)}


async def test_a_pool_is_added_made_smaller_and_one_of_it_retired(visit: Visit) -> None:
    nia = await visit.as_("nia")

    answer = await nia.post("/desk/resources", data={"name": "Quiet bed", "kind": "bed", "skills": "", "count": "3"})
    page = seen(await nia.get("/desk/resources"))
    assert (answer.status_code, "Quiet bed 3 Beds" in page) == (303, True)
    await nia.post("/desk/resources/capacity", data={"pool": "Quiet bed", "of_kind": "bed", "capacity": "2"})
    last = await Resource.get(name="Quiet bed 2")
    await nia.post(f"/desk/resources/{last.id}/retire")

    assert [one.name for one in await Resource.filter(name__startswith="Quiet", is_active=True)] == ["Quiet bed 1"]
    assert (await nia.get(f"/desk/resources/{last.id}")).status_code == 404


async def test_what_was_retired_is_taken_back_from_a_day_on(visit: Visit) -> None:
    nia = await visit.as_("nia")
    chair = await Resource.get(name="Infusion chair 2")
    assert "Take back what was retired" not in (await nia.get("/desk/resources")).text
    await nia.post(f"/desk/resources/{chair.id}/retire")
    offered = await nia.get("/desk/resources")

    past = await nia.post("/desk/resources/back", data={"retired": str(chair.id), "from_day": "2027-01-01"})
    back = await nia.post("/desk/resources/back", data={"retired": str(chair.id), "from_day": "2027-03-01"})

    assert "Infusion chair 2 (infusion-chair)" in seen(offered)
    assert (past.status_code, "This day has passed" in seen(past)) == (422, True)
    assert (back.status_code, back.headers["location"]) == (303, f"/desk/resources/{chair.id}")
    assert "12 January 2027 to Sunday 28 February 2027" in seen(await nia.get("/desk/closures"))
    again = await nia.post("/desk/resources/back", data={"retired": str(chair.id), "from_day": ""})
    assert again.status_code == 404


async def test_other_hours_are_set_from_a_day_on_or_ask_again_with_whom_they_leave_outside(
    visit: Visit, services: Services, now: datetime
) -> None:
    nia = await visit.as_("nia")
    booking, _case = await a_booking(visit, services, now=now)
    claim = await Claim.filter(booking_id=booking.id, step="assessment").order_by("id").first()
    assert claim is not None
    path = f"/desk/resources/{claim.resource_id}"
    typed = {"from_day": f"{claim.starts_at:%Y-%m-%d}", "hours-6": "10:00-12:00"}

    asked = await nia.post(f"{path}/hours", data=typed)
    assert "Set these hours anyway" in seen(asked)
    assert booking.code in seen(asked)
    assert (await nia.post(f"{path}/hours", data={**typed, "anyway": "yes"})).status_code == 303
    assert "outside of its hours" in seen(await nia.get(path))
    assert (await nia.post(f"{path}/hours", data={"from_day": "2028-01-03", **WEEK})).status_code == 303

    page = seen(await nia.get(path))
    assert "Mon 08:00–12:00 Monday 3 January 2028" in page
    refused = await nia.post(f"{path}/retire")
    assert (refused.status_code, "It cannot be retired yet" in seen(refused)) == (409, True)
    assert f"/desk/closures?resource={claim.resource_id}#close" in refused.text


@pytest.mark.parametrize("typed", ["8-17", "08:00-07:00", "08:00-12:00, 11:00-13:00", "08:02-12:00", "12:00-24:30"])
async def test_hours_that_cannot_be_read_are_said_beside_their_day_and_kept(visit: Visit, typed: str) -> None:
    nia = await visit.as_("nia")
    chair = await Resource.get(name="Infusion chair 1")

    answer = await nia.post(f"/desk/resources/{chair.id}/hours", data={"from_day": "2027-03-01", "hours-2": typed})

    assert answer.status_code == 422
    assert "Please write hours such as 08:00-12:00" in seen(answer)
    assert f'value="{typed}"' in answer.text


async def test_the_clinic_is_opened_on_a_holiday_and_closed_again(visit: Visit) -> None:
    nia = await visit.as_("nia")
    assert "Friday 26 March 2027 Good Friday Closed" in seen(await nia.get("/desk/holidays"))

    await nia.post("/desk/holidays", data={"day": "2027-03-26", "do": "open"})
    assert "Friday 26 March 2027 Good Friday Open" in seen(await nia.get("/desk/holidays"))
    await nia.post("/desk/holidays", data={"day": "2027-03-26", "do": "close"})

    assert not (await Holiday.get(clinic_id=visit.world.clinic.id, day=date(2027, 3, 26))).is_open
    assert (await nia.post("/desk/holidays", data={"day": "2027-03-27", "do": "open"})).status_code == 404


async def test_a_clinician_changes_none_of_it(visit: Visit) -> None:
    baptiste = await visit.as_("baptiste")

    for path in ("/desk/resources", "/desk/holidays"):
        assert (await baptiste.get(path)).status_code == 403
        assert (await baptiste.post(path, data={})).status_code == 403

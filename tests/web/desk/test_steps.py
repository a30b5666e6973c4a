"""A coordinator moves one step of a booking by its page; the calendar's drag asks the same addresses."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import httpx

from booking.bookings.models import Booking
from booking.demo.ready import Stage
from booking.services import Services
from booking.slots.models import Claim, Closure, Resource
from booking.slots.windows import Window, WindowStep
from tests.journeys.trips import a_case, a_hold
from tests.statements import statements
from tests.web.conftest import Visit


async def a_therapy(visit: Visit, services: Services, *, now: datetime) -> tuple[Booking, WindowStep, int, str]:
    """A held booking, its therapy step, the therapist and the page that moves it with them."""
    booking = await a_hold(await a_case(visit.world, Stage.READY, now=now), services)
    step = next(one for one in Window.from_json(booking.window).steps if one.key == "therapy")
    [therapist] = step.resources
    return booking, step, therapist, f"/desk/bookings/{booking.code}/steps/therapy?from={therapist}"


async def other_than(resource: int) -> Resource:
    return (await Resource.filter(kind="therapist").exclude(id=resource))[0]


def seen(answer: httpx.Response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def sent(answer: httpx.Response) -> dict[str, str]:
    """What the page's form would send."""
    form = answer.text.split('<form method="post"')[-1]
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


async def test_the_calendar_leads_to_every_place_that_a_step_can_go_to_for_those_who_may_move(
    visit: Visit, services: Services, now: datetime
) -> None:
    booking, step, therapist, path = await a_therapy(visit, services, now=now)
    nia, baptiste = await visit.as_("nia"), await visit.as_("baptiste")
    month = f"/desk/calendar?span=month&day={step.day}"

    calendar, chooser = await nia.get(month), await nia.get(path)

    links = re.findall(r'class="entry-move" href="([^"]+)"', calendar.text)
    assert len(links) == await Claim.filter(booking_id=booking.id).count()
    assert unescape(next(link for link in links if "/therapy?" in link)) == f"{path}&span=month&on={step.day}"
    assert 'class="entry-move"' not in (await baptiste.get(month)).text
    assert (await baptiste.get(path)).status_code == 403
    other = await other_than(therapist)
    assert f"{other.name} {seen(chooser).split(other.name + ' ')[1].split(' ')[0]}" in seen(chooser)
    assert len(re.findall(rf'class="step-time" href="[^"]*to={other.id}&', unescape(chooser.text))) > 1


async def test_a_step_is_looked_at_moved_and_moved_back(visit: Visit, services: Services, now: datetime) -> None:
    booking, step, therapist, path = await a_therapy(visit, services, now=now)
    other, nia = await other_than(therapist), await visit.as_("nia")

    look = await nia.get(f"{path}&to={other.id}&day={step.day}&span=month&on={step.day}")
    moved = await nia.post(path.partition("?")[0], data=sent(look))

    assert "only people or rooms change, and nobody is written to" in seen(look)
    assert (moved.status_code, moved.headers["location"].partition("&moved=")[0]) == (
        303,
        f"/desk/calendar?span=month&day={step.day}",
    )
    assert [claim.resource_id for claim in await Claim.filter(booking_id=booking.id, step="therapy")] == [other.id]
    calendar = await nia.get(moved.headers["location"])
    assert f"“Therapy session” of {booking.code} was moved" in seen(calendar)
    undo = calendar.text.split('<form method="post"')
    form = next(part for part in undo if "steps/therapy" in part)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form.split("</form>")[0]))
    await nia.post(path.partition("?")[0], data=fields)
    assert Window.from_json((await Booking.get(id=booking.id)).window) == Window.from_json(booking.window)


async def test_what_a_place_breaks_is_said_and_nothing_is_offered_there(
    visit: Visit, services: Services, now: datetime
) -> None:
    booking, step, therapist, path = await a_therapy(visit, services, now=now)
    other, nia = await other_than(therapist), await visit.as_("nia")
    await Closure.create(resource_id=other.id, first_day=step.day, last_day=step.day)
    there = {"from": therapist, "to": other.id, "day": step.day.isoformat(), "starts": f"{step.starts:%H:%M}"}

    look = await nia.get(f"{path}&to={other.id}&day={step.day}&starts={step.starts:%H:%M}")
    early = await nia.get(f"{path}&to={therapist}&day={step.day - timedelta(days=1)}")
    tried = await nia.post(path.partition("?")[0], data=there)

    assert f"{other.name} is closed or away then." in seen(look)
    assert "“Therapy session” must be on day 3 of the treatment." in seen(early)
    assert '<form method="post" action="/desk/bookings' not in look.text
    assert (tried.status_code, "It could not go there, and is where it was" in seen(tried)) == (409, True)
    assert Window.from_json((await Booking.get(id=booking.id)).window) == Window.from_json(booking.window)


async def test_one_answer_tells_of_every_place_on_the_calendar(visit: Visit, services: Services, now: datetime) -> None:
    _booking, step, therapist, path = await a_therapy(visit, services, now=now)
    other, nia = await other_than(therapist), await visit.as_("nia")
    before, after = step.day - timedelta(days=1), step.day + timedelta(days=90)
    asked = f"{path.replace('?', '/targets?')}&first={before}&last={after}"

    with statements() as counted:
        answer = await nia.get(asked)
    told: dict[str, Any] = answer.json()

    assert (answer.status_code, set(told["candidates"])) == (200, {therapist, other.id})
    assert told["days"][str(before)] == "“Therapy session” must be on day 3 of the treatment."
    assert set(told["days"]) | {str(step.day)} == {str(before + timedelta(days=n)) for n in range(92)}
    assert sorted(told["cells"]) == sorted(f"{one} {step.day}" for one in (therapist, other.id))
    assert told["cells"][f"{other.id} {step.day}"]["works"]
    assert len(counted) < 20
    assert (await nia.get(asked.replace(str(after), "2037-01-01"))).status_code == 404
    assert (await nia.get(asked.replace(f"from={therapist}", "from=x"))).status_code == 404


async def test_nonsense_in_an_address_is_left_out_or_not_found(visit: Visit, services: Services, now: datetime) -> None:
    _booking, _step, _therapist, path = await a_therapy(visit, services, now=now)
    nia, samuel = await visit.as_("nia"), await visit.as_("samuel")

    assert (await nia.get(f"{path}&to=x&day=soon&starts=noon")).status_code == 200
    assert (await nia.get(f"{path}&to=99999999&day=2199-01-01")).status_code == 200
    assert (await nia.post(path.partition("?")[0], data={"from": "1"})).status_code == 404
    assert (await samuel.get(path)).status_code == 403
    for moved in ("x", "LW-1.therapy.a.b.c.d", "a.b.1.2.2027-03-01.09:00"):
        assert "Move it back" not in (await nia.get(f"/desk/calendar?moved={moved}")).text

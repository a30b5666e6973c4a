"""The waiting list, as a family's browser meets it."""

import re
from datetime import date
from html import unescape

import httpx

from booking.bookings import waitlist
from booking.bookings.wishes import Wish
from booking.consultations.models import Case
from booking.demo.world import World
from booking.journeys.release_hold import release_hold
from booking.services import Services
from tests.journeys.trips import a_case, a_hold, patient_of
from tests.journeys.waiting import close_but, joins, offer_to
from tests.web.conftest import Visit
from tests.web.portal.pages import text_of


def boxes(name: str, day: int, month: int = 4) -> dict[str, str]:
    """A date in 2027 as it is typed."""
    return {f"{name}-day": str(day), f"{name}-month": str(month), f"{name}-year": "2027"}


def typed(page: httpx.Response, box: str) -> str:
    """What stands in a box of the form."""
    found = re.search(rf'name="{box}"[^>]*value="([^"]*)"', page.text)
    return found[1] if found else ""


WISHED = {**boxes("first_day", 5), **boxes("last_day", 20), "interpreter": ""}


async def test_who_finds_nothing_says_which_days_would_do_and_sees_their_place(
    visit: Visit, world: World, services: Services
) -> None:
    await close_but(None)
    case = await a_case(world, now=services.now())
    where = f"/portal/cases/{case.code}/waitlist"
    samuel = await visit.as_("samuel")
    assert f"{where}?month=2027-04" in (await samuel.get(f"/portal/cases/{case.code}/dates?month=2027-04")).text
    assert typed(await samuel.get(f"{where}?month=2027-04"), "last_day-day") == "30"

    answer = await samuel.post(where, data={**WISHED, **boxes("away_2_first", 9)})

    assert (answer.status_code, answer.headers["location"]) == (303, where)
    shown = text_of(await samuel.get(where))
    assert "You are the first in line" in shown
    assert "Monday 5 April 2027 to Tuesday 20 April 2027" in shown
    wait = await waitlist.of_case(case.id)
    assert wait is not None
    friday = date(2027, 4, 9)
    assert Wish.of(wait) == Wish(date(2027, 4, 5), date(2027, 4, 20), ((friday, friday),))
    assert "You wait for dates to become free" in text_of(await samuel.get(f"/portal/cases/{case.code}"))


async def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(
    visit: Visit, world: World, services: Services
) -> None:
    await close_but(None)
    case = await a_case(world, now=services.now())
    samuel = await visit.as_("samuel")

    answer = await samuel.post(
        f"/portal/cases/{case.code}/waitlist",
        data={**WISHED, **boxes("last_day", 1), **boxes("away_3_first", 9), **boxes("away_3_last", 8)},
    )

    assert answer.status_code == 422
    assert 'id="last_day-error"' in answer.text
    assert 'id="away_1_last-error"' in answer.text
    assert (typed(answer, "away_1_last-day"), typed(answer, "away_3_last-day")) == ("8", "")
    assert await waitlist.of_case(case.id) is None


async def test_nobody_waits_for_days_before_their_first(visit: Visit, world: World, services: Services) -> None:
    await close_but(None)
    case = await a_case(world, now=services.now())
    await Case.filter(id=case.id).update(not_before=date(2027, 4, 12))
    samuel = await visit.as_("samuel")

    answer = await samuel.post(f"/portal/cases/{case.code}/waitlist", data=WISHED)

    assert (answer.status_code, "can start from Monday 12 April 2027" in text_of(answer)) == (422, True)
    assert 'id="first_day-error"' in answer.text


async def test_the_form_begins_with_days_that_it_takes_and_with_the_wishes_made_among_the_dates(
    visit: Visit, world: World, services: Services
) -> None:
    await close_but(None, until=date(2028, 9, 1))
    case = await a_case(world, now=services.now())
    await Case.filter(id=case.id).update(not_before=date(2027, 4, 12))
    samuel = await visit.as_("samuel")
    among = f"/portal/cases/{case.code}/dates?month=2027-04&interpreter=fr&away_first=2027-04-20&off=0&off=5"

    found = re.search(r'href="([^"]*/waitlist\?[^"]*)"', (await samuel.get(among)).text)
    assert found
    page = await samuel.get(unescape(found[1]))
    farthest = await samuel.get(f"/portal/cases/{case.code}/waitlist?month=2028-07")

    names = [
        f"{end}-{part}" for end in ("first_day", "last_day", "away_1_first", "away_1_last") for part in ("day", "month")
    ]
    assert [typed(page, name) for name in names] == ["12", "4", "30", "4", "20", "4", "20", "4"]
    assert '<option value="fr" selected>' in page.text
    assert re.findall(r'name="off" value="(\d)" checked', page.text) == ["0", "5"]
    assert (typed(farthest, "last_day-day"), typed(farthest, "last_day-month")) == ("13", "7")


async def test_who_cannot_come_on_some_day_of_every_week_waits_for_dates_without_it(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    where = f"/portal/cases/{case.code}/waitlist"
    samuel, nia = await visit.as_("samuel"), await visit.as_("nia")

    free = await samuel.post(where, data={**WISHED, "off": ["5", "6"]})
    none = await samuel.post(where, data={**WISHED, "off": ["5", "6", "2"], "interpreter": ""})
    page = await samuel.get(where)

    assert (free.status_code, none.status_code) == (409, 303)
    assert "every Wednesday; every Saturday; every Sunday" in text_of(page)
    assert re.findall(r'name="off" value="(\d)" checked', page.text) == ["2", "5", "6"]
    assert "every Wednesday every Saturday every Sunday" in text_of(await nia.get("/desk/waitlist"))
    assert "Not on any Wednesday Not on any Saturday Not on any Sunday" in text_of(
        await nia.get(f"/desk/cases/{case.code}")
    )


async def test_nobody_waits_for_what_is_free(visit: Visit, world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    samuel = await visit.as_("samuel")

    answer = await samuel.post(f"/portal/cases/{case.code}/waitlist", data=WISHED)

    assert answer.status_code == 409
    assert f"/portal/cases/{case.code}/dates?month=2027-04" in answer.text


async def test_who_has_dates_cannot_join(visit: Visit, world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    await a_hold(case, services)
    await close_but(None)
    samuel = await visit.as_("samuel")

    page = await samuel.get(f"/portal/cases/{case.code}/waitlist")
    answer = await samuel.post(f"/portal/cases/{case.code}/waitlist", data=WISHED)

    assert ("You have dates already" in text_of(page), "first_day" in page.text) == (True, False)
    assert answer.status_code == 409


async def test_the_days_can_be_changed_and_the_list_left(visit: Visit, world: World, services: Services) -> None:
    await close_but(None)
    await joins(world, "helene", now=services.now())
    case = await joins(world, "samuel", now=services.now())
    where = f"/portal/cases/{case.code}/waitlist"
    samuel = await visit.as_("samuel")

    await samuel.post(where, data=WISHED)
    changed = text_of(await samuel.get(where))
    await samuel.post(f"{where}/leave")

    assert "You are number 2 in line" in changed
    assert "Monday 5 April 2027" in changed
    assert "You have left the waiting list" in text_of(await samuel.get(where))
    assert (await samuel.post(f"{where}/leave")).status_code == 409


async def test_an_offer_is_on_the_page_of_the_list_and_of_the_dates(
    visit: Visit, world: World, services: Services
) -> None:
    taken = await a_hold(await a_case(world, who="abdullah", now=services.now()), services)
    await close_but(taken)
    case = await joins(world, "samuel", now=services.now())
    await release_hold(await patient_of(await taken.case), taken.code, now=services.now())
    offer = await offer_to(case, services.now())
    assert offer is not None
    samuel = await visit.as_("samuel")

    page = await samuel.get(f"/portal/cases/{case.code}/waitlist")

    assert f"/portal/bookings/{offer.code}" in page.text
    assert "Dates have become free for you" in text_of(page)
    assert "you were first in line" in text_of(await samuel.get(f"/portal/bookings/{offer.code}"))

"""The waiting list, as the clinic sees it."""

from dataclasses import replace

from booking.accounts.models import Role
from booking.bookings import waitlist
from booking.demo.ready import staff_of
from booking.demo.world import World
from booking.journeys.open_waitlist import open_waitlist
from booking.journeys.release_hold import release_hold
from booking.messages.models import Message
from booking.services import Services
from tests.journeys.trips import a_case, a_hold, patient_of
from tests.journeys.waiting import APRIL, MINUTE, close_but, joins
from tests.statements import statements
from tests.web.conftest import Visit
from tests.web.portal.pages import text_of


async def test_the_line_shows_who_waits_for_what_and_what_was_offered(
    visit: Visit, world: World, services: Services
) -> None:
    taken = await a_hold(await a_case(world, who="abdullah", now=services.now()), services)
    await close_but(taken)
    samuel = await joins(world, "samuel", now=services.now())
    await joins(world, "helene", replace(APRIL, interpreter="fr"), now=services.now() + MINUTE)
    await release_hold(await patient_of(await taken.case), taken.code, now=services.now())
    nia = await visit.as_("nia")

    shown = text_of(await nia.get("/desk/waitlist"))

    assert shown.index("Samuel Adeyemi") < shown.index("Offered Monday") < shown.index("Hélène")
    assert "1 April to Friday 30 April 2027" in shown
    assert "none French" in shown
    assert "/desk/waitlist" in (await nia.get(f"/desk/cases/{samuel.code}")).text
    assert "they are on the waiting list" in text_of(await nia.get("/desk"))


async def test_a_coordinator_takes_someone_off_the_list_with_a_reason_that_stays_in_the_team(
    visit: Visit, world: World, services: Services
) -> None:
    await close_but(None)
    case = await joins(world, "samuel", now=services.now())
    where = f"/desk/cases/{case.code}/waitlist"
    nia, samuel = await visit.as_("nia"), await visit.as_("samuel")

    without = await nia.post(where, data={"reason": " "})
    answer = await nia.post(where, data={"reason": "They come in autumn"})

    assert (without.status_code, "Please say why" in text_of(without)) == (422, True)
    assert (answer.status_code, await waitlist.of_case(case.id)) == (303, None)
    assert [mail.occasion for mail in await Message.filter(case_id=case.id)] == ["wait-ended"]
    assert "The clinic took the case off the waiting list" in text_of(await nia.get(f"/desk/cases/{case.code}"))
    assert "in autumn" not in (await samuel.get(f"/portal/cases/{case.code}")).text
    assert (await nia.post(where, data={"reason": "again"})).status_code == 409


async def test_a_line_of_three_takes_as_many_statements_as_a_line_of_one(world: World, services: Services) -> None:
    await close_but(None)
    nia = staff_of(world, "nia", Role.COORDINATOR)
    await joins(world, "samuel", now=services.now())
    with statements() as of_one:
        await open_waitlist(nia, now=services.now())
    for who in ("helene", "abdullah"):
        await joins(world, who, now=services.now())
    with statements() as of_three:
        assert len((await open_waitlist(nia, now=services.now())).line) == 3

    assert len(of_three) == len(of_one)

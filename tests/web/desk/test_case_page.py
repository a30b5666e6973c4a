"""The case page: the whole story of one case, for staff of its clinic alone."""

from datetime import datetime

from booking.accounts import staff
from booking.accounts.models import Role, Staff
from booking.demo.ready import Stage
from booking.demo.world import PASSWORD, TOTP_SECRET, World
from booking.programmes.models import Clinic
from booking.services import Services
from tests.conftest import TOTP_KEY
from tests.journeys.trips import a_case, a_confirmed
from tests.statements import statements
from tests.web.conftest import Visit


async def test_the_case_page_tells_the_whole_story_of_a_paid_trip(
    visit: Visit, world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, Stage.READY, now=now)
    booking = await a_confirmed(case, services)
    coordinator = await visit.as_("nia")

    shown = await coordinator.get(f"/desk/cases/{case.code}")

    assert shown.status_code == 200
    for said in (
        "Samuel Adeyemi",
        "To walk to the market",
        "Suitable",
        "Plan 1",
        "In force",
        booking.code,
        "Confirmed",
        "Money came in",
        "Your dates are confirmed",
        "Flight check",
        "The deposit was paid.",
        "case.read",
    ):
        assert said in shown.text, said
    assert (await coordinator.get(f"/portal/bookings/{booking.code}/itinerary")).status_code == 200


async def test_each_role_is_offered_what_it_can_do_now(
    visit: Visit, world: World, services: Services, now: datetime
) -> None:
    new, suitable = await a_case(world, Stage.REQUESTED, now=now), await a_case(world, Stage.SUITABLE, now=now)
    booked = await a_case(world, Stage.READY, now=now)
    await a_confirmed(booked, services)

    async def offers(who: str, code: str) -> list[str]:
        text = (await (await visit.as_(who)).get(f"/desk/cases/{code}")).text
        known = (">Decide<", "Write the plan", "Move the dates", "Cancel the booking", "End this case")
        return [offer.strip("><") for offer in known if offer in text.replace("\n", "")]

    assert [name for name in await offers("nia", new.code) if name != "Decide"] == ["End this case"]
    assert await offers("nia", suitable.code) == ["Write the plan", "End this case"]
    assert await offers("nia", booked.code) == ["Move the dates", "Cancel the booking"]
    assert await offers("baptiste", booked.code) == []


async def test_patients_may_not_enter_the_desk_and_staff_of_another_clinic_find_nothing(
    visit: Visit, world: World, now: datetime
) -> None:
    case = await a_case(world, Stage.REQUESTED, now=now)
    elsewhere = await Clinic.create(
        slug="elsewhere",
        name="Elsewhere",
        address={"lines": []},
        zone="UTC",
        currency="USD",
        languages=["en"],
        airport="LHR",
        phone="1",
        email="e@example.com",
    )
    await Staff.filter(person_id=world.people["tomas"].id).delete()
    await staff.appoint(
        world.people["tomas"].id,
        clinic_id=elsewhere.id,
        role=Role.COORDINATOR,
        password=PASSWORD,
        totp_secret=TOTP_SECRET,
        totp_key=TOTP_KEY,
    )
    samuel, tomas = await visit.as_("samuel"), await visit.as_("tomas")

    for page in ("", "/plan", "/messages", "/close", "/questions/LW-NONE-SUCH", "/messages/LW-NONE-SUCH"):
        address = f"/desk/cases/{case.code}{page}"
        assert (await samuel.get(address)).status_code == 403, address
        assert (await tomas.get(address)).status_code == 404, address
        assert (await visit.anonymous.get(address)).headers["location"].startswith("/staff/sign-in"), address
    board = await tomas.get("/desk")
    assert (board.status_code, case.code in board.text) == (200, False)


async def test_the_board_asks_as_much_for_three_cases_as_for_one(visit: Visit, world: World, now: datetime) -> None:
    coordinator = await visit.as_("nia")
    await a_case(world, Stage.REQUESTED, now=now)
    with statements() as of_one:
        await coordinator.get("/desk")
    for who in ("samuel", "helene"):
        await a_case(world, Stage.READY, who, now=now)
    with statements() as of_three:
        shown = await coordinator.get("/desk")

    assert shown.text.count("board-card") > 3
    assert len(of_three) == len(of_one)

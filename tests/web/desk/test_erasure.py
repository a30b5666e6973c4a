from booking.consultations.models import Case, CaseStatus
from booking.demo.world import World
from booking.services import Services
from tests.journeys.trips import a_case, patient_of
from tests.web.conftest import Visit
from tests.web.portal.pages import text_of


async def test_a_coordinator_erases_a_case_with_its_number(visit: Visit, world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    other = await a_case(world, now=services.now())
    nia, address = await visit.as_("nia"), f"/desk/cases/{case.code}/erase"

    page = await nia.get(f"/desk/cases/{case.code}")
    look = await nia.get(address)
    wrong = await nia.post(address, data={"typed": other.code})
    kept = await nia.get(f"/desk/cases/{case.code}")
    done = await nia.post(address, data={"typed": case.code})
    gone = await nia.get(f"/desk/cases/{case.code}")
    board = await nia.get("/desk?show=ended")
    theirs = await (await visit.as_("samuel")).get(f"/portal/cases/{case.code}")

    assert f'href="{address}"' in page.text
    assert "This cannot be undone." in text_of(look)
    assert (wrong.status_code, kept.status_code) == (422, 200)
    assert (done.status_code, done.headers["location"]) == (303, "/desk")
    assert (gone.status_code, "was erased, as was asked" in text_of(gone)) == (410, True)
    assert (board.status_code, case.code in board.text, theirs.status_code) == (200, True, 410)
    assert (await Case.get(id=case.id)).status is CaseStatus.WITHDRAWN
    assert (await (await visit.as_("baptiste")).get(f"/desk/cases/{other.code}/erase")).status_code == 403
    assert (await patient_of(other)).name == "Samuel Adeyemi"

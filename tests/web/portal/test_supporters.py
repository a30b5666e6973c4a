from booking.accounts.models import Support
from booking.accounts.viewers import Scope
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.services import Services
from tests.journeys.trips import a_case, helper_of
from tests.web.conftest import Visit
from tests.web.portal.pages import text_of

FOLAKE = {"name": "My daughter", "email": "folake@example.com", "scopes": ["read", "act"]}


async def test_a_patient_allows_someone_who_then_sees_the_case_and_ends_it_again(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.PLANNED, now=services.now())
    samuel, folake = await visit.as_("samuel"), await visit.as_("folake")
    address, page = f"/portal/cases/{case.code}/supporters", f"/portal/cases/{case.code}"

    before = await folake.get(page)
    allowed = await samuel.post(address, data=FOLAKE)
    shown, during = text_of(await samuel.get(address)), await folake.get(page)
    ended = await samuel.post(f"{address}/{world.people['folake'].code}/revoke")
    after = await folake.get(page)

    assert (allowed.status_code, ended.status_code) == (303, 303)
    assert [before.status_code, during.status_code, after.status_code] == [404, 200, 404]
    assert "folake@example.com" in shown
    assert "Act for you: Accept the plan" in shown.replace(" :", ":")
    # Whoever types an address learns no name by it.
    assert "Folake" not in shown


async def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.PLANNED, now=services.now())
    samuel, address = await visit.as_("samuel"), f"/portal/cases/{case.code}/supporters"
    wrong = {
        "This does not look like an email address": {**FOLAKE, "email": "folake at home"},
        "Please fill this in": {**FOLAKE, "name": ""},
        "Please choose at least one thing": {**FOLAKE, "scopes": []},
        "This is your own address": {**FOLAKE, "email": "Samuel@example.com"},
    }

    for sentence, typed in wrong.items():
        answer = await samuel.post(address, data=typed)
        assert (answer.status_code, sentence in text_of(answer)) == (422, True), sentence
        assert str(typed["email"]) in answer.text
    assert not await Support.exists(case_id=case.id)


async def test_only_the_patient_decides_who_may_help(visit: Visit, world: World, services: Services) -> None:
    case = await a_case(world, Stage.PLANNED, now=services.now())
    await helper_of(case, world.people["folake"], *Scope, now=services.now())
    address = f"/portal/cases/{case.code}/supporters"
    folake, helene = await visit.as_("folake"), await visit.as_("helene")

    page = text_of(await folake.get(address))
    gives = await folake.post(address, data={**FOLAKE, "email": "helene@example.com"})
    ends = await folake.post(f"{address}/{world.people['folake'].code}/revoke")
    stranger = await helene.post(address, data={**FOLAKE, "email": "helene@example.com"})

    assert "Samuel Adeyemi chooses who may help" in page
    assert "folake@example.com (you)" in page
    assert "Allow someone to help" not in page
    assert [gives.status_code, ends.status_code, stranger.status_code] == [403, 403, 404]
    assert "Only the patient decides who may help" in text_of(gives)

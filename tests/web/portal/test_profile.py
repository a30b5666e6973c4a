from booking.accounts.models import Person
from booking.demo.world import World
from tests.web.conftest import Visit
from tests.web.portal.pages import text_of

NEW = {"name": "Sam", "language": "es", "zone": "Europe/Madrid", "phone": ""}


async def test_a_person_changes_what_we_know_of_them(visit: Visit, world: World) -> None:
    samuel = await visit.as_("samuel")

    home, shown = await samuel.get("/portal"), await samuel.get("/portal/you")
    wrong = await samuel.post("/portal/you", data={**NEW, "phone": "12"})
    done = await samuel.post("/portal/you", data=NEW)

    person = await Person.get(id=world.people["samuel"].id)
    assert 'href="/portal/you"' in home.text
    assert ('value="Samuel Adeyemi"' in shown.text, "samuel@example.com" in text_of(shown)) == (True, True)
    assert (wrong.status_code, 'value="Sam"' in wrong.text, "country code" in text_of(wrong)) == (422, True, True)
    assert (done.status_code, done.headers["location"]) == (303, "/portal")
    assert (person.name, person.language, person.zone, person.phone) == ("Sam", "es", "Europe/Madrid", None)


async def test_staff_have_no_such_page(visit: Visit) -> None:
    assert (await (await visit.as_("nia")).get("/portal/you")).status_code == 403

"""Pages on paper: whose they are, and how old."""

import re
from datetime import datetime
from html import unescape

from booking.demo.ready import Stage
from booking.services import Services
from tests.journeys.trips import a_case, a_confirmed
from tests.web.conftest import Visit


def letterheads(page: str) -> list[str]:
    found = re.findall(r'<p class="letterhead">(.*?)</p>', page, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in found]


async def test_a_page_says_on_paper_whose_it_is_and_the_desks_when_it_was_true(
    visit: Visit, services: Services, now: datetime
) -> None:
    case = await a_case(visit.world, Stage.READY, now=now)
    booking = await a_confirmed(case, services)
    samuel, nia = await visit.as_("samuel"), await visit.as_("nia")
    clinic = visit.world.clinic
    address = f"{clinic.name} {', '.join(clinic.address['lines'])} {clinic.phone} {clinic.email}"

    plan, trip = f"/portal/cases/{case.code}/plan", f"/portal/bookings/{booking.code}"
    pages = (plan, trip, f"{trip}/itinerary", "/programmes/stroke-recovery")

    assert {path: letterheads((await samuel.get(path)).text) for path in pages} == {path: [address] for path in pages}
    assert letterheads((await samuel.get(f"{trip}/receipt")).text) == []  # it has its own
    [desk] = letterheads((await nia.get("/desk/calendar")).text)
    assert desk == f"{address} Printed on Tuesday 12 January 2027, 09:00"

"""Private calendar feeds: made, read by calendar programs, revoked."""

import re
from datetime import datetime, timedelta

from icalendar import Calendar

from booking.bookings.models import Booking
from booking.demo.ready import Stage
from booking.services import Services
from booking.slots.models import Claim, Feed, Resource
from tests.journeys.trips import a_case, a_confirmed
from tests.web.conftest import Visit


async def a_feed(visit: Visit, resource: str = "") -> str:
    """The path of a new feed of Nia's."""
    nia = await visit.as_("nia")
    answer = await nia.post("/desk/feeds", data={"resource": resource})
    [address] = re.findall(r'value="http://leeward.test(/feeds/[^"]+)"', answer.text)
    return str(address)


async def a_booking(visit: Visit, services: Services, *, now: datetime) -> Booking:
    return await a_confirmed(await a_case(visit.world, Stage.READY, now=now), services)


async def test_a_feed_of_the_clinic_has_every_kept_claim_and_no_names_and_not_what_is_done(
    visit: Visit, services: Services, now: datetime
) -> None:
    booking = await a_booking(visit, services, now=now)
    path = await a_feed(visit)

    answer = await visit.anonymous.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert answer.headers["cache-control"].startswith("private")
    events = Calendar.from_ical(answer.text).walk("VEVENT")
    claims = await Claim.filter(booking_id=booking.id).prefetch_related("resource")
    assert sorted(str(event["summary"]) for event in events) == sorted(
        f"{booking.code} {claim.resource.name}" for claim in claims
    )
    assert len({str(event["uid"]) for event in events}) == len(claims)
    assert "BEGIN:VTIMEZONE" in answer.text
    for word in ("Samuel", "Adeyemi", "troke", "drip", "nfusion:", "visit"):
        assert word not in answer.text


async def test_a_feed_of_one_resource_has_only_its_own(visit: Visit, services: Services, now: datetime) -> None:
    booking = await a_booking(visit, services, now=now)
    claim = (await Claim.filter(booking_id=booking.id).order_by("starts_at"))[0]
    path = await a_feed(visit, str(claim.resource_id))

    events = Calendar.from_ical((await visit.anonymous.get(path)).text).walk("VEVENT")

    theirs = await Claim.filter(booking_id=booking.id, resource_id=claim.resource_id).count()
    assert len(events) == theirs


async def test_a_program_that_has_it_is_told_so_and_no_more(visit: Visit, services: Services, now: datetime) -> None:
    path = await a_feed(visit)
    tag = (await visit.anonymous.get(path)).headers["etag"]

    again = await visit.anonymous.get(path, headers={"If-None-Match": f'"other", {tag}'})
    await a_booking(visit, services, now=now)
    changed = await visit.anonymous.get(path, headers={"If-None-Match": tag})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)


async def test_the_address_is_shown_once_and_only_its_hash_is_kept(visit: Visit) -> None:
    path = await a_feed(visit)
    token = path.removeprefix("/feeds/").removesuffix(".ics")
    nia = await visit.as_("nia")

    page = await nia.get("/desk/feeds")

    assert token not in page.text
    assert "the whole clinic" in page.text
    [feed] = await Feed.all()
    assert token.encode() not in bytes(feed.token_hash)


async def test_a_revoked_feed_and_one_that_never_was_look_the_same(visit: Visit) -> None:
    path = await a_feed(visit)
    nia = await visit.as_("nia")
    [feed] = await Feed.all()

    answer = await nia.post("/desk/feeds/revoke", data={"feed": str(feed.id)})

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/feeds")
    revoked, never = await visit.anonymous.get(path), await visit.anonymous.get("/feeds/nothing.ics")
    assert (revoked.status_code, never.status_code) == (404, 404)
    assert (await nia.post("/desk/feeds/revoke", data={"feed": str(feed.id)})).status_code == 404


async def test_nobody_revokes_another_s_feed_or_makes_one_of_another_clinic_s_room(visit: Visit) -> None:
    path = await a_feed(visit)
    [feed] = await Feed.all()
    clinician = await visit.as_("baptiste")
    nia = await visit.as_("nia")

    assert (await clinician.post("/desk/feeds/revoke", data={"feed": str(feed.id)})).status_code == 404
    assert (await visit.anonymous.get(path)).status_code == 200
    nowhere = (await Resource.all().order_by("-id"))[0].id + 1
    assert (await nia.post("/desk/feeds", data={"resource": str(nowhere)})).status_code == 404


async def test_what_is_long_over_is_not_told_any_more(visit: Visit, services: Services, now: datetime) -> None:
    booking = await a_booking(visit, services, now=now)
    path = await a_feed(visit)

    services.now.at = booking.ends_at + timedelta(days=32)  # type: ignore[attr-defined]  # the test's own clock

    assert Calendar.from_ical((await visit.anonymous.get(path)).text).walk("VEVENT") == []

from datetime import date, datetime, timedelta

import pytest
from starlette.routing import Route

from booking.bookings.models import Booking
from booking.consultations.models import Case
from booking.demo.ready import make_ready
from booking.kit.db import run
from booking.services import Services
from booking.slots.models import Closure, Resource
from tests.journeys.trips import a_case, a_hold
from tests.outside import Clock
from tests.web.conftest import Visit

ANSWERS = {
    "who_asks": "self",
    "name": "Amara Okafor",
    "email": "amara@example.com",
    "birth_date": "1958-03-21",
    "stroke_month": "02",
    "stroke_year": "2025",
    "stroke_type": "ischaemic",
    "abilities": "3",
    "conditions": ["none"],
    "goals": "To walk to the market.",
    "language": "en",
    "zone": "Africa/Lagos",
}


async def ready_case(visit: Visit, now: datetime) -> str:
    [code] = await make_ready(visit.world, 1, now=now)
    return code


async def first_token(visit: Visit) -> str:
    found = await visit.partner().get("/api/v1/programmes/stroke-recovery/windows")
    token: str = found.json()["windows"][0]["token"]
    return token


async def test_without_a_key_there_is_a_problem_that_says_what_to_send(visit: Visit) -> None:
    answer = await visit.anonymous.get("/api/v1/programmes")

    assert (answer.status_code, answer.headers["content-type"], answer.json()) == (
        401,
        "application/problem+json",
        {
            "type": "urn:leeward:key-missing",
            "title": "Send a valid key as `Authorization: Bearer <key>`.",
            "status": 401,
        },
    )


async def test_the_programmes_have_their_price(visit: Visit) -> None:
    answer = await visit.partner().get("/api/v1/programmes")

    [programme] = answer.json()["programmes"]
    assert (programme["slug"], programme["zone"], programme["price"]["currency"]) == (
        "stroke-recovery",
        "America/Antigua",
        "USD",
    )


async def test_windows_are_told_in_clinic_time_with_its_offset(visit: Visit) -> None:
    answer = await visit.partner().get("/api/v1/programmes/stroke-recovery/windows?from=2027-03-01&to=2027-03-31")

    windows = answer.json()["windows"]
    assert windows
    assert {window["start"][:7] for window in windows} == {"2027-03"}
    assert all(window["starts_at"].endswith("-04:00") for window in windows)
    assert all(set(window) == {"start", "end", "starts_at", "ends_at", "token"} for window in windows)


async def test_where_there_are_no_windows_a_partner_is_told_why(visit: Visit) -> None:
    chairs = await Resource.filter(kind="infusion-chair")
    closed = {"first_day": date(2027, 2, 20), "last_day": date(2027, 4, 9)}
    await Closure.bulk_create(Closure(resource_id=chair.id, **closed) for chair in chairs)

    answer = await visit.partner().get("/api/v1/programmes/stroke-recovery/windows?from=2027-03-01&to=2027-03-31")

    none = answer.json()["none"]
    assert none["in_the_way"] == [
        {"why": "closed", "what": "infusion-chair", "first": "2027-02-20", "last": "2027-04-09"}
    ]
    assert (none["missing"], none["first_free"]) == (["infusion-chair"], "2027-04-12")


@pytest.mark.parametrize(
    "query",
    ["from=yesterday", "from=2027-03-09&to=2027-03-01", "from=2027-01-01&to=2029-01-01", "from=9999-12-31"],
)
async def test_days_that_cannot_be_read_are_refused_beside_their_name(visit: Visit, query: str) -> None:
    answer = await visit.partner().get(f"/api/v1/programmes/stroke-recovery/windows?{query}")

    assert (answer.status_code, set(answer.json()) >= {"type", "title", "status", "errors"}) == (422, True)


async def test_a_partner_asks_for_a_consultation_and_follows_it(visit: Visit) -> None:
    partner = visit.partner()

    asked = await partner.post("/api/v1/cases", json={"programme": "stroke-recovery", "answers": ANSWERS})
    followed = await partner.get(f"/api/v1/cases/{asked.json()['code']}")

    assert (asked.status_code, asked.json()["status"], followed.json()) == (201, "requested", asked.json())


async def test_every_answer_that_cannot_be_used_is_named_at_once(visit: Visit) -> None:
    wrong = {**ANSWERS, "email": "nobody", "stroke_type": "sudden"}

    answer = await visit.partner().post("/api/v1/cases", json={"programme": "stroke-recovery", "answers": wrong})

    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"email", "stroke_type"})


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"[]", 422), (b'{"programme": "x", "extra": 1}', 422), (b"\xff", 400)]
)
async def test_a_body_that_is_no_request_is_refused_and_never_a_fault(visit: Visit, body: bytes, status: int) -> None:
    answer = await visit.partner().post("/api/v1/cases", content=body)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_a_hold_says_when_it_lapses_and_the_same_key_gets_the_same_answer(
    visit: Visit, services: Services, now: datetime
) -> None:
    code, token = await ready_case(visit, now), await first_token(visit)
    partner, key = visit.partner(), {"Idempotency-Key": "k-1"}

    first = await partner.post(f"/api/v1/cases/{code}/hold", json={"token": token}, headers=key)
    again = await partner.post(f"/api/v1/cases/{code}/hold", json={"token": token}, headers=key)

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert datetime.fromisoformat(first.json()["lapses_at"]) == now + timedelta(hours=1)
    assert len(await run("SELECT id FROM booking")) == 1


async def test_another_request_under_the_same_key_is_refused(visit: Visit, now: datetime) -> None:
    code, token = await ready_case(visit, now), await first_token(visit)
    partner, key = visit.partner(), {"Idempotency-Key": "k-1"}
    await partner.post(f"/api/v1/cases/{code}/hold", json={"token": token}, headers=key)

    answer = await partner.post(f"/api/v1/cases/{code}/hold", json={"token": token + "x"}, headers=key)

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:leeward:key-reused")


async def test_a_hold_without_an_idempotency_key_is_refused(visit: Visit, now: datetime) -> None:
    code, token = await ready_case(visit, now), await first_token(visit)

    answer = await visit.partner().post(f"/api/v1/cases/{code}/hold", json={"token": token})

    assert (answer.status_code, answer.json()["type"]) == (400, "urn:leeward:key-not-usable")


async def test_a_made_up_token_is_refused_and_remembered_as_refused(visit: Visit, now: datetime) -> None:
    code = await ready_case(visit, now)
    partner, key = visit.partner(), {"Idempotency-Key": "k-1"}

    answers = [
        await partner.post(f"/api/v1/cases/{code}/hold", json={"token": "made up"}, headers=key) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].json() == answers[1].json()


async def test_a_hold_that_is_let_go_can_be_had_by_the_next(visit: Visit, now: datetime) -> None:
    one, other = await make_ready(visit.world, 2, now=now)
    token, partner = await first_token(visit), visit.partner()
    held = await partner.post(f"/api/v1/cases/{one}/hold", json={"token": token}, headers={"Idempotency-Key": "a"})

    gone = await partner.delete(f"/api/v1/bookings/{held.json()['code']}/hold")
    next_one = await partner.post(
        f"/api/v1/cases/{other}/hold", json={"token": token}, headers={"Idempotency-Key": "b"}
    )

    assert (gone.status_code, gone.json()["status"], next_one.status_code) == (200, "cancelled", 201)


async def test_a_case_follows_its_hold_until_it_lapses_by_itself(visit: Visit, clock: Clock, now: datetime) -> None:
    code, token, partner = await ready_case(visit, now), await first_token(visit), visit.partner()
    await partner.post(f"/api/v1/cases/{code}/hold", json={"token": token}, headers={"Idempotency-Key": "a"})
    held = await partner.get(f"/api/v1/cases/{code}")

    clock.at = now + timedelta(hours=2)
    lapsed = await partner.get(f"/api/v1/cases/{code}")

    assert (held.json()["booking"]["status"], lapsed.json()["booking"]["status"]) == ("held", "lapsed")


async def test_another_partners_case_looks_as_if_it_did_not_exist(visit: Visit, now: datetime) -> None:
    code, token = await ready_case(visit, now), await first_token(visit)
    await run('UPDATE "case" SET partner_id = NULL WHERE code = $1', code)
    partner = visit.partner()

    answers = [
        await partner.get(f"/api/v1/cases/{code}"),
        await partner.post(f"/api/v1/cases/{code}/hold", json={"token": token}, headers={"Idempotency-Key": "a"}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]


async def test_the_description_names_every_route_of_the_api(visit: Visit) -> None:
    described = (await visit.anonymous.get("/api/v1/openapi.json")).json()

    routes = {
        (route.path, method.lower())
        for route in visit.app.routes
        if isinstance(route, Route)
        if route.path.startswith("/api/v1/") and not route.path.endswith("openapi.json")
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert {(path, method) for path, methods in described["paths"].items() for method in methods} == routes


async def test_a_hold_has_its_appointments_in_clinic_time(visit: Visit, now: datetime) -> None:
    code, token, partner = await ready_case(visit, now), await first_token(visit), visit.partner()
    held = await partner.post(f"/api/v1/cases/{code}/hold", json={"token": token}, headers={"Idempotency-Key": "a"})

    answer = await partner.get(f"/api/v1/bookings/{held.json()['code']}/itinerary")

    told = answer.json()
    assert (answer.status_code, told["status"], told["zone"], told["findings"]) == (200, "held", "America/Antigua", [])
    assert {leg["kind"] for leg in told["legs"]} == {"appointment"}
    assert all(leg["starts_at"].endswith("-04:00") for leg in told["legs"])


async def test_a_patient_who_has_other_dates_then_is_told_to_the_partner_with_the_nearest_that_do(
    visit: Visit, services: Services, now: datetime
) -> None:
    code, partner, token = await ready_case(visit, now), visit.partner(), await first_token(visit)
    case, other = await Case.get(code=code), await a_case(visit.world, now=now)
    await Case.filter(id=other.id).update(patient_id=case.patient_id)
    await a_hold(await Case.get(id=other.id), services, token)

    asked = [
        await partner.post(f"/api/v1/cases/{code}/hold", json={"token": token}, headers={"Idempotency-Key": "a"})
        for _ in range(2)
    ]

    assert [answer.status_code for answer in asked] == [409, 409]
    told = asked[0].json()
    assert (told.pop("nearest") != [], told) == (
        True,
        {
            "type": "urn:leeward:dates-elsewhere",
            "title": "The patient has other dates at that time, and cannot be in two places. Please choose others.",
            "status": 409,
        },
    )
    assert asked[1].json() == asked[0].json()
    assert await Booking.filter(case_id=case.id).count() == 0

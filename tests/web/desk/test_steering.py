"""What staff do on the desk, through its forms, without a script."""

import re
from datetime import datetime
from html import unescape

from booking.bookings.models import Booking, BookingStatus
from booking.consultations import plans, questions
from booking.consultations.models import Case, CaseStatus
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.journeys.pause_messages import open_messages
from booking.kit.db import transaction
from booking.messages.models import Message, MessageStatus, SilenceReason
from booking.payments.models import Refund
from booking.services import Services
from tests.journeys.full_case import staff
from tests.journeys.test_acknowledge_alert import a_red_flag
from tests.journeys.test_handle_messages import a_failure
from tests.journeys.test_handle_payments import a_failed_refund
from tests.journeys.trips import a_case, a_confirmed, patient_of
from tests.web.conftest import Visit


def fields_of(page: str) -> dict[str, str]:
    """The hidden and single-line fields of a page's forms, as they are filled in."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and 'type="radio"' not in tag:
            found[name[1]] = unescape(value[1]) if value else ""
    return found


async def test_a_clinician_decides_on_the_page_and_what_was_typed_is_kept_when_something_is_missing(
    visit: Visit, world: World, now: datetime
) -> None:
    case = await a_case(world, Stage.REQUESTED, now=now)
    doctor, address = await visit.as_("baptiste"), f"/desk/cases/{case.code}/review"

    blank = await doctor.get(address)
    half = await doctor.post(address, data={"reasons": "Your scan is clear."})
    done = await doctor.post(address, data={"decision": "suitable", "reasons": "Your scan is clear.", "note": "MRI ok"})

    assert "To walk to the market" in blank.text
    assert (half.status_code, "Your scan is clear." in half.text) == (422, True)
    assert (done.status_code, done.headers["location"]) == (303, f"/desk/cases/{case.code}")
    assert (await Case.get(id=case.id)).status is CaseStatus.SUITABLE
    assert (await (await visit.as_("nia")).get(address)).status_code == 403


async def test_a_coordinator_writes_looks_over_changes_and_sends_a_plan(
    visit: Visit, world: World, now: datetime
) -> None:
    case = await a_case(world, Stage.SUITABLE, now=now)
    nia, address = await visit.as_("nia"), f"/desk/cases/{case.code}/plan"

    typed = fields_of((await nia.get(address)).text)
    lines = len([name for name in typed if name.startswith("line-")])
    more = fields_of((await nia.post(address, data={**typed, "text": "Five days.", "do": "add"})).text)
    more |= {f"line-{lines + 1}": "Reduction", f"price-{lines + 1}": "-200,50", "text": "Five days."}
    fewer = fields_of((await nia.post(address, data={**more, "do": "remove-1"})).text) | {"text": "Five days."}
    look = await nia.post(address, data={**fewer, "do": "look"})
    back = await nia.post(address, data={**fields_of(look.text), "do": "change"})
    before = await plans.standing(case)
    sent = await nia.post(address, data={**fields_of(look.text), "do": "send"})

    assert (more[f"line-{lines + 1}"], fewer["line-1"]) == ("Reduction", typed["line-2"])
    assert (look.status_code, "Your plan is ready" in look.text, "Five days." in look.text) == (200, True, True)
    assert 'value="-200,50"' in back.text
    assert (before, sent.status_code) == (None, 303)
    plan = await plans.standing(case)
    assert plan is not None
    quote = plans.quote_of(plan)
    assert [line.name for line in quote.lines][-1] == "Reduction"
    assert (quote.lines[-1].price.amount, len(quote.lines)) == (-20_050, lines)
    assert await Message.filter(case_id=case.id, occasion="plan-ready").count() == 1


async def test_amounts_that_could_be_read_in_two_ways_are_refused_beside_their_field(
    visit: Visit, world: World, now: datetime
) -> None:
    case = await a_case(world, Stage.SUITABLE, now=now)
    nia, address = await visit.as_("nia"), f"/desk/cases/{case.code}/plan"
    typed = {**fields_of((await nia.get(address)).text), "text": "Five days.", "do": "look"}

    for amount in ("1,250", "1.250,00", "1e5", "12 000", "", "-", "١٢"):
        refused = await nia.post(address, data={**typed, "price-1": amount})
        assert (refused.status_code, 'id="price-1-error"' in refused.text) == (422, True), amount
    nothing = await nia.post(address, data={"text": "", "written": "x", "deposit": "9999999999999", "do": "send"})
    assert nothing.status_code == 422
    assert await plans.standing(case) is None


async def test_an_answer_is_sent_from_its_page(visit: Visit, world: World, now: datetime) -> None:
    case = await a_case(world, Stage.PLANNED, now=now)
    async with transaction():
        question = await questions.ask(case, "May <b>she</b> come?", viewer=await patient_of(case), now=now)
    nia, address = await visit.as_("nia"), f"/desk/cases/{case.code}/questions/{question.code}"

    asked, empty = await nia.get(address), await nia.post(address, data={"answer": ""})
    sent = await nia.post(address, data={"answer": "Yes."})

    assert "May &lt;b&gt;she&lt;/b&gt; come?" in asked.text
    assert (empty.status_code, sent.status_code) == (422, 303)
    assert "Yes." in (await nia.get(f"/desk/cases/{case.code}")).text
    assert (await nia.post(address, data={"answer": "No."})).status_code == 409


async def test_a_death_is_looked_over_before_it_stops_the_messages_and_is_in_no_address(
    visit: Visit, world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, Stage.READY, now=now)
    await a_confirmed(case, services)
    nia, address = await visit.as_("nia"), f"/desk/cases/{case.code}/messages"

    look = await nia.post(address, data={"do": "look", "reason": "death"})
    not_yet = (await open_messages(staff(world), case.code)).silences
    stopped = await nia.post(address, data={"do": "stop", "reason": "death"})
    reasons = [one.reason for one in (await open_messages(staff(world), case.code)).silences]
    undo = await nia.post(address, data={"do": "look-resume"})
    resumed = await nia.post(address, data={"do": "resume"})

    assert ("Flight check" in look.text, not_yet) == (True, ())
    assert (stopped.headers["location"], reasons) == (address, [SilenceReason.DEATH])
    assert "Send messages again?" in undo.text
    assert (resumed.status_code, (await open_messages(staff(world), case.code)).silences) == (303, ())
    assert (await nia.post(address, data={"do": "stop", "reason": "erasure"})).status_code == 422


async def test_a_mail_is_read_before_it_goes_and_its_frame_runs_nothing(
    visit: Visit, world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, Stage.READY, now=now)
    await a_confirmed(case, services)
    mail = await Message.get(case_id=case.id, occasion="flight-check")
    nia, address = await visit.as_("nia"), f"/desk/cases/{case.code}/messages/{mail.code}"

    page, framed = await nia.get(address), await nia.get(f"{address}/mail")

    assert "samuel@example.com" in page.text
    assert f'src="{address}/mail"' in page.text
    policy = framed.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'")


async def test_a_booking_is_cancelled_with_its_cause_after_its_refund_was_seen(
    visit: Visit, world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, Stage.READY, now=now)
    booking = await a_confirmed(case, services)
    nia, address = await visit.as_("nia"), f"/desk/bookings/{booking.code}/cancel"

    asked, missing = await nia.get(address), await nia.post(address, data={"do": "look"})
    look = await nia.post(address, data={"do": "look", "cause": "health"})
    still = (await Booking.get(id=booking.id)).status
    done = await nia.post(address, data=fields_of(look.text))

    assert (asked.status_code, missing.status_code, still) == (200, 422, BookingStatus.CONFIRMED)
    assert "Goes back" in look.text
    assert done.headers["location"] == f"/desk/cases/{case.code}"
    assert (await Booking.get(id=booking.id)).status is BookingStatus.CANCELLED
    assert (await Refund.get(charge__booking_id=booking.id)).reason == "health"


async def test_a_case_is_ended_from_its_page(visit: Visit, world: World, now: datetime) -> None:
    case = await a_case(world, Stage.SUITABLE, now=now)
    nia, address = await visit.as_("nia"), f"/desk/cases/{case.code}/close"

    asked, missing = await nia.get(address), await nia.post(address, data={})
    done = await nia.post(address, data={"end": "withdrawn"})

    assert (asked.status_code, missing.status_code, done.status_code) == (200, 422, 303)
    assert (await Case.get(id=case.id)).status is CaseStatus.WITHDRAWN
    assert "ended already" in (await nia.get(address)).text


async def test_a_search_is_not_in_the_address_and_finds(visit: Visit, world: World, now: datetime) -> None:
    case = await a_case(world, Stage.REQUESTED, now=now)
    nia = await visit.as_("nia")

    found = await nia.post("/desk", data={"search": "Adeyemi"})
    none, odd = await nia.post("/desk", data={"search": "Nobody"}), await nia.get("/desk?show=nonsense")

    assert (found.status_code, case.code in found.text) == (200, True)
    assert ("No cases here" in none.text, odd.status_code) == (True, 200)


async def test_the_outbox_sends_again_and_marks_as_dealt_with(visit: Visit, world: World, now: datetime) -> None:
    _case, code = await a_failure(world, now)
    nia = await visit.as_("nia")

    listed = await nia.get("/desk/outbox")
    again = await nia.post("/desk/outbox", data={"message": code, "do": "again"})

    assert "550 no such person" in listed.text
    assert (again.status_code, (await Message.get(code=code)).status) == (303, MessageStatus.PLANNED)
    assert "Every message went out as it should" in (await nia.get("/desk/outbox")).text
    assert (await nia.post("/desk/outbox", data={"message": "LW-NONE", "do": "handled"})).status_code == 404


async def test_red_flags_are_seen_by_all_staff_and_dealt_with_by_clinicians(
    visit: Visit, world: World, services: Services, now: datetime
) -> None:
    case, _then = await a_red_flag(world, services, now)
    nia, doctor = await visit.as_("nia"), await visit.as_("baptiste")

    seen, board = await nia.get("/desk/alerts"), await nia.get("/desk")
    code = fields_of((await doctor.get("/desk/alerts")).text)["alert"]
    missing = await doctor.post("/desk/alerts", data={"alert": code, "note": ""})
    refused = await nia.post("/desk/alerts", data={"alert": code, "note": "Called."})
    done = await doctor.post("/desk/alerts", data={"alert": code, "note": "Called. In hospital."})

    assert ("A seizure" in seen.text, "A red flag waits for a clinician" in board.text) == (True, True)
    assert (missing.status_code, refused.status_code, done.status_code) == (422, 403, 303)
    told = (await nia.get(f"/desk/cases/{case.code}")).text
    assert ("What was answered on day 1" in told, "Dealt with" in told) == (True, True)
    assert "No red flags" in (await nia.get("/desk/alerts")).text


async def test_a_failed_refund_is_sent_again_from_its_page(
    visit: Visit, world: World, services: Services, now: datetime
) -> None:
    _booking, refund = await a_failed_refund(world, services, now)
    nia, doctor = await visit.as_("nia"), await visit.as_("baptiste")

    listed = await nia.get("/desk/payments")
    refused = await doctor.post("/desk/payments", data={"refund": refund.code})
    again = await nia.post("/desk/payments", data={"refund": refund.code})

    assert "Refunds that failed" in listed.text
    assert (refused.status_code, again.status_code) == (403, 303)
    assert "Refunds on their way" in (await nia.get("/desk/payments")).text


async def test_a_clinician_for_whom_it_no_longer_suits_cancels_with_a_full_refund_and_then_decides(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    booking = await a_confirmed(case, services)
    services.now.at = booking.starts_at  # type: ignore[attr-defined]  # a change of mind brings nothing back any more
    doctor, address = await visit.as_("baptiste"), f"/desk/bookings/{booking.code}/cancel"
    decision = {"decision": "not_suitable", "reasons": "The new scan shows a bleeding."}

    page = await doctor.get(f"/desk/cases/{case.code}")
    too_soon = await doctor.post(f"/desk/cases/{case.code}/review", data=decision)
    why = await doctor.get(f"{address}?cause=clinic_declined")
    look = await doctor.post(address, data={"cause": "clinic_declined", "do": "look"})
    done = await doctor.post(address, data=fields_of(look.text))
    decided = await doctor.post(done.headers["location"], data=decision)

    assert f'href="{address}?cause=clinic_declined"' in page.text
    assert too_soon.status_code == 409
    assert re.search(r'value="clinic_declined"\s+checked', why.text)
    assert "3,400.00" in look.text
    assert (done.status_code, done.headers["location"]) == (303, f"/desk/cases/{case.code}/review")
    assert (decided.status_code, (await Case.get(id=case.id)).status) == (303, CaseStatus.UNSUITABLE)
    assert [refund.amount for refund in await Refund.all()] == [340000]

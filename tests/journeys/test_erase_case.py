"""An erasure: whatever was private is gone from every table, and the money is still there (G28)."""

from datetime import date

import pytest

from booking.accounts.audit import trail
from booking.accounts.models import Person, Role
from booking.aftercare.check_ins import Answers, answer, check_ins_of
from booking.aftercare.models import RatedBy, Rater
from booking.bookings import waitlist
from booking.bookings.booking import DatesStand
from booking.bookings.models import Booking
from booking.bookings.wishes import Wish
from booking.consultations import drafts
from booking.consultations.models import Case, CaseStatus, Consent
from booking.demo.ready import Stage, staff_of
from booking.demo.world import World
from booking.documents.keys import Erased
from booking.itineraries.models import Traveller
from booking.journeys.add_record import add_to_case
from booking.journeys.cancel import cancel
from booking.journeys.check import check
from booking.journeys.erase_case import OnlyACoordinatorErases, erase_case, open_erasure
from booking.journeys.offer_freed import offer_freed
from booking.journeys.plan_travel import save_leg
from booking.journeys.read_record import open_record
from booking.kit.db import execute, run, transaction
from booking.kit.errors import Invalid, NotFound
from booking.messages.models import Silence, SilenceReason
from booking.payments.ledger import balance_of
from booking.payments.models import Refund
from booking.payments.terms import RefundCause
from booking.services import Services
from tests.documents.samples import pdf, stream
from tests.journeys.full_case import a_full_case, staff
from tests.journeys.test_review_case import STRANGER
from tests.journeys.travel import flight_there, samuel_travels, stay
from tests.journeys.trips import a_case, a_confirmed, a_hold, patient_of
from tests.journeys.waiting import APRIL, close_but, joins

# What is known of Samuel and of who helps him, wherever it was written.
PRIVATE = ("Samuel", "SAMUEL", "Adeyemi", "samuel@", "Helper1", "helper1@", "Bay House", "BA2157")


async def tables() -> list[str]:
    found = await run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return sorted(row["tablename"] for row in found)


async def where_it_stands(words: tuple[str, ...]) -> set[str]:
    """Every table with a row that holds one of these words."""
    return {
        table
        for table in await tables()
        for row in await run(f'SELECT whole::text AS text FROM "{table}" AS whole')  # noqa: S608 - from the catalogue
        if any(word in row["text"] for word in words)
    }


async def cancelled_trip(world: World, services: Services) -> Case:
    """With one of everything: records, legs, mails, an answered check-in, a supporter, a refund on its way."""
    case = await a_full_case(world, services, 1)
    patient, now = await patient_of(case), services.now()
    booking = await Booking.get(case_id=case.id)
    await save_leg(patient, booking.code, samuel_travels(), now=now)
    traveller = await Traveller.get(booking_id=booking.id)
    await save_leg(patient, booking.code, flight_there(booking, traveller.id), now=now)
    await save_leg(patient, booking.code, stay(booking), now=now)
    await add_to_case(patient, case.code, "samuel scan.pdf", stream(pdf()), files=services.files, now=now)
    [first, *_later] = await check_ins_of(booking.id)
    async with transaction():
        await answer(
            first,
            Answers({"health_today": 40}, {}, "Samuel is tired"),
            by_id=patient.person_id,
            rater=Rater.PATIENT,
            rated_by=RatedBy.SELF,
            today=first.due_on,
            now=now,
        )
    await cancel(patient, booking.code, RefundCause.CHANGE_OF_MIND, services=services, now=now)
    # The example's other people share his name, and are nothing to this case.
    await execute("UPDATE person SET name = 'Folake' WHERE name = 'Folake Adeyemi'")
    return await Case.get(id=case.id)


async def test_nothing_private_can_be_read_afterwards_and_the_money_still_can(world: World, services: Services) -> None:
    case = await cancelled_trip(world, services)
    patient, nia, now = await patient_of(case), staff(world), services.now()
    booking, record = await Booking.get(case_id=case.id), (await run("SELECT code FROM document LIMIT 1"))[0]["code"]
    before = await where_it_stands(PRIVATE)
    kept = await balance_of(booking, "USD"), await Refund.all().count()

    await erase_case(nia, case.code, typed=f" {case.code.lower()}", now=now)

    assert before >= {"person", "message", "consent", "traveller", "seat", "flight", "stay"}
    assert await where_it_stands(PRIVATE) == set()
    erased = await Case.get(id=case.id)
    assert (erased.status, (await balance_of(booking, "USD"), await Refund.all().count())) == (
        CaseStatus.WITHDRAWN,
        kept,
    )
    assert await run("SELECT id FROM outcome") == []
    assert [one.reason for one in await Silence.filter(case_id=case.id)] == [SilenceReason.ERASURE]
    with pytest.raises(Erased):
        await drafts.read(erased, viewer=nia, now=now)
    with pytest.raises((Erased, NotFound)):
        await open_record(patient, record, files=services.files, now=now)
    assert (await trail(f"case {case.code}"))[0].action == "case.erase"
    assert await check() == []


async def test_whoever_is_known_from_another_case_is_still_known_there(world: World, services: Services) -> None:
    first, second = [await a_case(world, Stage.CONSENTED, now=services.now()) for _both in range(2)]

    await erase_case(staff(world), first.code, typed=first.code, now=services.now())

    samuel = await Person.get(id=second.patient_id)
    assert (samuel.name, samuel.email) == ("Samuel Adeyemi", "samuel@example.com")
    assert {one.case_id: one.signed_name for one in await Consent.all()} == {
        first.id: "erased",
        second.id: "Samuel Adeyemi",
    }
    assert await drafts.read(second, viewer=staff(world), now=services.now()) != {}


async def test_it_is_erased_by_a_coordinator_with_the_number_and_without_dates(
    world: World, services: Services
) -> None:
    case, now = await a_case(world, now=services.now()), services.now()
    doctor = staff_of(world, "baptiste", Role.CLINICIAN)

    for viewer, refusal in (
        (doctor, OnlyACoordinatorErases),
        (await patient_of(case), NotFound),
        (STRANGER, NotFound),
    ):
        with pytest.raises(refusal):
            await erase_case(viewer, case.code, typed=case.code, now=now)
    with pytest.raises(Invalid):
        await erase_case(staff(world), case.code, typed="LW-0000-0000", now=now)
    await a_hold(case, services)
    with pytest.raises(DatesStand):
        await open_erasure(staff(world), case.code, now=now)
    assert await drafts.read(case, viewer=doctor, now=now) != {}


async def test_a_consents_names_are_taken_off_by_an_erasure_alone(world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())

    with pytest.raises(Exception, match="does not change"):
        await execute("UPDATE consent SET signed_name = 'erased' WHERE case_id = $1", case.id)


async def test_it_is_told_before_what_would_go(world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    await a_confirmed(case, services)
    booking = await Booking.get(case_id=case.id)
    await cancel(
        await patient_of(case), booking.code, RefundCause.CHANGE_OF_MIND, services=services, now=services.now()
    )

    found = await open_erasure(staff(world), case.code, now=services.now())

    assert (found.patient, found.files, found.trips, found.refunds) == ("Samuel Adeyemi", 0, 1, 1)


async def test_for_which_dates_someone_waited_goes_and_that_they_waited_stays(world: World, services: Services) -> None:
    away = ((date(2027, 4, 9), date(2027, 4, 9)),)
    await close_but(None)
    case = await joins(world, "samuel", Wish(APRIL.first_day, APRIL.last_day, away, "es"), now=services.now())

    await erase_case(staff(world), case.code, typed=case.code, now=services.now())
    await offer_freed(now=services.now())

    wait = await waitlist.latest_of(case.id)
    assert wait is not None
    assert (wait.status.value, wait.away, wait.interpreter) == ("ended", [], None)
    assert await check() == []

"""How it goes after the treatment: a patient, or a supporter for them, answers; a red flag is in front of a clinician at once."""

from dataclasses import dataclass
from datetime import date, datetime

from booking.accounts import audit
from booking.accounts.models import Person
from booking.accounts.viewers import Scope, Viewer
from booking.aftercare.check_ins import ANSWERABLE, Answers, answer, answers_of
from booking.aftercare.models import Alert, CheckIn, RatedBy, Rater
from booking.bookings import booking as bookings
from booking.bookings.models import Booking
from booking.consultations import cases
from booking.consultations.sealed_text import subject
from booking.journeys.offer import clinic_of
from booking.kit.db import transaction
from booking.kit.errors import NotFound
from booking.kit.times import in_zone
from booking.programmes.models import Clinic


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCheckIn:
    """A check-in as its reader may see it, with what was answered so far."""

    check_in: CheckIn
    booking: Booking
    clinic: Clinic
    answers: Answers
    is_early: bool

    @property
    def is_open(self) -> bool:
        """Whether something can be answered now."""
        return self.check_in.status in ANSWERABLE and not self.is_early


async def open_check_in(viewer: Viewer, code: str, *, now: datetime) -> OpenCheckIn:
    """The check-in of this code. Raises NotFound, NotAllowedByThePatient, Erased."""
    async with transaction():
        check_in, booking = await _found(viewer, code)
        answers = await answers_of(check_in)
        if check_in.answered_at is not None:
            await audit.record(viewer, "check-in.read", subject(booking.case), now=now)
        return OpenCheckIn(
            check_in=check_in,
            booking=booking,
            clinic=await clinic_of(booking.case),
            answers=answers,
            is_early=await _today(viewer, booking, now) < check_in.due_on,
        )


async def answer_check_in(viewer: Viewer, code: str, given: Answers, *, now: datetime) -> Alert | None:
    """Keep these answers with those given before; the alert, if one of them now is a red flag.

    Raises NotFound and NotAllowedByThePatient, and what `aftercare.check_ins.answer` raises: NotYet, WrongMoment, Invalid.
    """
    async with transaction():
        _seen, booking = await _found(viewer, code)
        # Two who answer at once wait for each other, so that neither is told to type it again.
        await bookings.locked(booking.id)
        check_in, _same = await _found(viewer, code)
        alert = await answer(
            check_in,
            given,
            by_id=viewer.person_id,
            rater=Rater.PATIENT if viewer.person_id == booking.case.patient_id else Rater.SUPPORTER,
            rated_by=RatedBy.SELF,
            today=await _today(viewer, booking, now),
            now=now,
        )
        await audit.record(viewer, "check-in.write", subject(booking.case), now=now)
    return alert


async def _found(viewer: Viewer, code: str) -> tuple[CheckIn, Booking]:
    check_in = await CheckIn.get_or_none(code=code)
    if check_in is None:
        raise NotFound
    booking = await bookings.visible_to(viewer).select_related("case").get_or_none(id=check_in.booking_id)
    if booking is None:
        raise NotFound
    cases.require(viewer, booking.case, Scope.ACT)
    return check_in, booking


async def _today(viewer: Viewer, booking: Booking, now: datetime) -> date:
    """The patient's date or the reader's own, whichever is ahead: a mail that has come is never about a day too early."""
    patient = await Person.get_or_none(id=booking.case.patient_id)
    zones = [patient.zone if patient else booking.case.zone, viewer.zone or booking.case.zone]
    return max(in_zone(now, zone).date() for zone in zones)

"""A patient allows someone to help with their case, or no longer allows it."""

from collections.abc import Set as AbstractSet
from datetime import datetime

from booking.accounts import audit, people, support
from booking.accounts.models import Person
from booking.accounts.viewers import Scope, Viewer
from booking.bookings.models import Booking
from booking.consultations import cases, sealed_text
from booking.consultations.models import Case
from booking.journeys.offer import clinic_of
from booking.journeys.plan_messages import plan_booking_messages
from booking.journeys.say import from_clinic, page, recipient_of
from booking.kit.db import transaction
from booking.kit.errors import Forbidden, NotFound
from booking.kit.words import _
from booking.messages import outbox


class OnlyThePatientAllows(Forbidden):
    say = _("Only the patient decides who may help, and with what. Please ask them to do this.")


async def grant_support(
    viewer: Viewer, code: str, *, email: str, name: str, scopes: AbstractSet[Scope], now: datetime
) -> None:
    """Allow the person with this address these things on the case, in place of what they were allowed before.

    They get a mail, and from then on those of the trip; they sign in with a link to that same address, so a mistyped one opens nothing to the
    wrong person who cannot read its mail. Raises NotFound, OnlyThePatientAllows, Invalid (`email`, `name`),
    NothingAllowed, SupportsThemselves.
    """
    async with transaction():
        case = await _own(viewer, code)
        helper = await people.find_or_create(email, name, language=case.language, zone=case.zone, now=now)
        await support.grant(case.patient_id or 0, case.id, helper.id, scopes, now=now)
        await audit.record(viewer, "support.grant", sealed_text.subject(case), now=now)
        await _tell(case, helper, viewer, now=now)
        for booking in await Booking.filter(case_id=case.id):
            await plan_booking_messages(booking, now=now)


async def revoke_support(viewer: Viewer, code: str, helper_code: str, *, now: datetime) -> None:
    """From now on this person sees nothing of the case, and gets no mail about it. Twice is no fault.

    Raises NotFound, OnlyThePatientAllows.
    """
    async with transaction():
        case = await _own(viewer, code)
        helper = await Person.get_or_none(code=helper_code)
        if helper is None:
            raise NotFound
        await support.revoke(case.patient_id or 0, case.id, helper.id, now=now)
        await outbox.forget_recipient(case.id, helper.id, now=now)
        await audit.record(viewer, "support.revoke", sealed_text.subject(case), now=now)


async def _own(viewer: Viewer, code: str) -> Case:
    case = await cases.get(viewer, code)
    if viewer.person_id is None or viewer.person_id != case.patient_id:
        raise OnlyThePatientAllows
    return case


async def _tell(case: Case, helper: Person, viewer: Viewer, *, now: datetime) -> None:
    told = {**from_clinic(await clinic_of(case)), "link": page("portal:case", code=case.code), "patient": viewer.name}
    await outbox.say("may-help", recipient_of(helper), told, now=now, case_id=case.id, about=now.isoformat())

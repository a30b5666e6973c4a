"""A patient, or whoever decides for them by law, reads what they should know, shows that they understood, and signs."""

from collections.abc import Mapping
from datetime import datetime

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings.booking import live_of, require_no_dates
from booking.bookings.models import BookingStatus
from booking.bookings.moves import move
from booking.consultations import cases, consents, plans
from booking.consultations.consents import Paper, Signature
from booking.consultations.models import Case, CaseStatus, Consent, Plan
from booking.journeys.offer import clinic_of, offer_of
from booking.journeys.offer_freed import offer_freed
from booking.journeys.say import say_about_case
from booking.kit.db import transaction
from booking.kit.errors import Refusal, WrongMoment
from booking.kit.words import SOURCE_LANGUAGE, _
from booking.messages import facts
from booking.payments.charges import void_charges
from booking.programmes.consent import Consent as ConsentContent
from booking.slots import claims


class PaperChanged(Refusal):
    """What was read is not what would be kept as read."""

    status = 409
    say = _("The plan or the text changed while you were reading. Please read it again: nothing was signed.")


class TripIsBooked(WrongMoment):
    say = _("Your trip is booked. Please cancel it first: you see what comes back before you decide.")


class AcceptFirst(WrongMoment):
    say = _("Consent comes after the plan. Please read the plan and accept it first.")


async def consent_paper(viewer: Viewer, code: str, *, language: str) -> Paper:
    """What is to be read for consent to the accepted plan: in this language if the clinic wrote all of it in it.

    Raises NotFound, and AcceptFirst while no accepted plan waits for a consent.
    """
    case = await cases.get(viewer, code)
    return await _paper(case, await _plan_of(case), language)


async def give_consent(
    viewer: Viewer,
    code: str,
    answers: Mapping[str, int],
    signature: Signature,
    *,
    language: str,
    shown: str,
    now: datetime,
) -> Consent:
    """Keep the consent, let the time to think begin, and mail everyone on the case where their copy is.

    `shown` is the checksum (hex) of the paper that was on the reader's page. Raises NotFound, AcceptFirst,
    PaperChanged, OnlyTheOneWhoDecides, Invalid without a name, NotUnderstoodYet.
    """
    async with transaction():
        case = await cases.get(viewer, code)
        plan = await _plan_of(case)
        paper = await _paper(case, plan, language)
        if paper.sha256.hex() != shown:
            raise PaperChanged
        cooling_off = (await offer_of(case.version_id)).cooling_off
        consent = await consents.give(
            case, plan, paper, answers, signature, cooling_off=cooling_off, viewer=viewer, now=now
        )
        await say_about_case(
            case,
            "consent-copy",
            now=now,
            link="portal:consent",
            about=str(consent.id),
            given_at=facts.moment(now, (await clinic_of(case)).zone),
        )
    return consent


async def withdraw_consent(viewer: Viewer, code: str, *, now: datetime) -> None:
    """Take the consent back, at any time and without a reason. Dates that were held are given back with it.

    Raises NotFound, NotAllowedByThePatient, NoConsent, TripIsBooked once the deposit was paid, and DatesStand if dates
    were taken in this very moment.
    """
    async with transaction():
        case = await cases.get(viewer, code)
        if case.status is CaseStatus.BOOKED:
            raise TripIsBooked
        await _release_dates(case, viewer, now=now)
        await require_no_dates(case.id, now=now)  # none that were taken while we looked
        await consents.withdraw(case, viewer=viewer, now=now)
    await offer_freed(case.clinic_id, now=now)


async def _release_dates(case: Case, viewer: Viewer, *, now: datetime) -> None:
    booking = await live_of(case.id, now=now)
    if booking is None or booking.status is not BookingStatus.HELD:
        return
    await move(booking, BookingStatus.CANCELLED, by=viewer, now=now, note="consent withdrawn")
    await claims.release(booking.id)
    await void_charges(booking)
    await audit.record(viewer, "booking.release", f"booking {booking.code}", now=now)


async def _plan_of(case: Case) -> Plan:
    plan = await plans.standing(case)
    if plan is None or case.status is not CaseStatus.ACCEPTED:
        raise AcceptFirst
    return plan


async def _paper(case: Case, plan: Plan, language: str) -> Paper:
    content = (await offer_of(case.version_id)).content.consent
    return consents.paper(content, plan, language if _is_written_in(content, language) else SOURCE_LANGUAGE)


def _is_written_in(content: ConsentContent, language: str) -> bool:
    """A paper half in one language and half in another is no paper."""
    items = all(language in item.heading and language in item.text for item in content.items)
    return items and all(
        language in question.question
        and language in question.explanation
        and all(language in c for c in question.choices)
        for question in content.questions
    )

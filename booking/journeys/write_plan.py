"""A coordinator writes a plan and its price for one patient, and sends it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking.accounts.models import Role
from booking.accounts.viewers import Viewer
from booking.bookings.booking import require_no_dates
from booking.consultations import cases, plans
from booking.consultations.models import Case, CaseStatus, Plan
from booking.consultations.moves import NEXT
from booking.consultations.quotes import Quote
from booking.journeys.offer import offer_of
from booking.journeys.say import say_about_case
from booking.kit.db import transaction
from booking.kit.errors import Forbidden, Invalid, MovedMeanwhile, WrongMoment
from booking.kit.money import Money
from booking.kit.words import _
from booking.messages import outbox

PLAN_READY: Final = "plan-ready"


class OnlyACoordinator(Forbidden):
    say = _("Only a coordinator of this clinic writes plans and prices.")


@dataclass(frozen=True, slots=True)
class PlanStart:
    """What a new plan begins from: the one that stands, or the programme's prices.

    `written` counts the plans that there are; it is handed back to `send_plan`, which so notices a colleague's.
    """

    case: Case
    patient: str
    text: str
    quote: Quote
    written: int
    standing: int | None


async def open_plan(viewer: Viewer, code: str, *, now: datetime) -> PlanStart:
    """What the editor starts with. Raises NotFound, OnlyACoordinator, WrongMoment, DatesStand."""
    async with transaction():
        case = await _writable(viewer, code, now=now)
        await case.fetch_related("patient")
        stands = await plans.standing(case)
        written = await Plan.filter(case_id=case.id).count()
        name = case.patient.name if case.patient else ""
        if stands is None:
            return PlanStart(case, name, "", await _programme_quote(case), written, None)
        shown = await plans.read(case, stands, viewer=viewer, now=now)
        return PlanStart(case, name, shown.text, shown.quote, written, shown.number)


async def send_plan(viewer: Viewer, code: str, *, text: str, quote: Quote, written: int, now: datetime) -> int:
    """Write the plan, show it to the patient in place of the one before, and plan the mail; the plan's number.

    The programme's terms go with it, and the quote's deposit. Raises NotFound, OnlyACoordinator, WrongMoment,
    DatesStand, Invalid, and MovedMeanwhile if there are more plans than `written`.
    """
    if quote.deposit <= Money.zero(quote.deposit.currency):
        raise Invalid({"deposit": _("The deposit must be more than nothing: it is what keeps the dates.")})
    async with transaction():
        case = await _writable(viewer, code, now=now)
        offer = await offer_of(case.version_id)
        if quote.deposit.currency != offer.content.prices.currency:
            raise Invalid({"lines": _("The price must be in the programme's currency.")})
        if await Plan.filter(case_id=case.id).count() != written:
            raise MovedMeanwhile
        # What the deposit will be asked by are the plan's terms: they must say what its quote says.
        terms = {**offer.content.terms.model_dump(mode="json"), "deposit": quote.deposit.amount}
        plan = await plans.write(case, text=text, quote=quote, terms=terms, viewer=viewer, now=now)
        await plans.send(case, plan, viewer=viewer, now=now)
        await outbox.cancel_planned(case.id, now=now, occasions=[PLAN_READY])
        await say_about_case(case, PLAN_READY, now=now, link="portal:plan", about=str(plan.number))
        return plan.number


async def _writable(viewer: Viewer, code: str, *, now: datetime) -> Case:
    case = await cases.get(viewer, code)
    if not viewer.has_role(case.clinic_id, Role.COORDINATOR, Role.ADMIN):
        raise OnlyACoordinator
    if case.status is not CaseStatus.PLANNED and CaseStatus.PLANNED not in NEXT[case.status]:
        raise WrongMoment(status=case.status.value)
    await require_no_dates(case.id, now=now)
    return case


async def _programme_quote(case: Case) -> Quote:
    content = (await offer_of(case.version_id)).content
    deposit = Money(content.terms.deposit, content.prices.currency)
    return Quote.from_programme(content.prices.lines, deposit=deposit, language=case.language)

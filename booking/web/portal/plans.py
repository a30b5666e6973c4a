"""The plan and its price, as it stands and as it stood; agreeing to it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from starlette.requests import Request
from starlette.responses import Response

from booking.bookings.models import BookingStatus
from booking.consultations.plans import PlanShown
from booking.journeys.accept_plan import accept_plan
from booking.journeys.case_file import CaseFile
from booking.kit.errors import NotFound
from booking.kit.money import Money
from booking.kit.times import in_zone
from booking.payments.terms import Terms
from booking.web.forms import Form
from booking.web.pages import redirect
from booking.web.policy import Who, route
from booking.web.portal.cases import opened, show_case
from booking.web.request import now_of, viewer_of

DATED = frozenset({BookingStatus.HELD, BookingStatus.CONFIRMED, BookingStatus.COMPLETED})
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RefundRow:
    """What comes back of the whole price if someone changes their mind: in days before arrival, and as dates if it is known.

    `most_days` and `first` are None where the span has no beginning.
    """

    most_days: int | None
    least_days: int
    percent: Decimal
    of_total: Money
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Payments:
    """When what is due. The dates are the clinic's own, and None until dates are chosen."""

    deposit: Money
    balance: Money
    balance_due_days: int
    balance_due_on: date | None
    arrival: date | None
    refunds: tuple[RefundRow, ...]


async def plan(request: Request) -> Response:
    """The plan that stands, or an earlier one by `?number=`."""
    file = await opened(request)
    shown = _chosen(file, request.query_params.get("number", ""))
    payments = payments_of(shown, file, today=_today(request, file)) if shown else None
    return show_case(request, "portal/plan.html", file, plan=shown, payments=payments)


async def ask_to_accept(request: Request) -> Response:
    """The last look before agreeing. Where there is nothing to agree to, the plan's page says why."""
    file = await opened(request, with_health=False)
    if file.plan is None or file.plan.accepted_at is not None:
        return redirect(request, "portal:plan", code=file.code)
    return show_case(request, "portal/accept_plan.html", file, plan=file.plan)


async def accept(request: Request) -> Response:
    form, code = await Form.read(request), request.path_params["code"]
    number = form.number("number", least=1, most=9_999)
    await accept_plan(viewer_of(request), code, number or 0, now=now_of(request))
    return redirect(request, "portal:case", code=code)


def payments_of(plan: PlanShown, file: CaseFile, *, today: date) -> Payments:
    """What is owed when by this plan's own terms, and what comes back."""
    terms = Terms.parse(plan.terms, plan.quote.total.currency)
    booking = file.booking
    arrival = booking.start if booking is not None and booking.status in DATED else None
    return Payments(
        plan.quote.deposit,
        plan.quote.balance,
        terms.balance_due_days,
        terms.balance_due_on(arrival, today) if arrival else None,
        arrival,
        refund_rows(terms, plan.quote.total, arrival),
    )


def refund_rows(terms: Terms, total: Money, arrival: date | None) -> tuple[RefundRow, ...]:
    """The clinic's refund steps, from the most notice to the least; as dates if the day of arrival is known."""
    spans: list[tuple[int | None, int]] = [
        (None, terms.steps[0].days),
        *((sooner.days - 1, later.days) for sooner, later in pairwise(terms.steps)),
    ]
    return tuple(
        RefundRow(
            most,
            step.days,
            step.percent,
            total.share(step.percent),
            arrival - most * DAY if arrival and most is not None else None,
            arrival - step.days * DAY if arrival else None,
        )
        for (most, _least), step in zip(spans, terms.steps, strict=True)
    )


def _chosen(file: CaseFile, number: str) -> PlanShown | None:
    if not number:
        return file.plan
    found = next((one for one in file.plans if str(one.number) == number and one.sent_at), None)
    if found is None:
        raise NotFound
    return found


def _today(request: Request, file: CaseFile) -> date:
    return in_zone(now_of(request), file.clinic.zone).date()


ROUTES = [
    route("/portal/cases/{code}/plan", plan, name="portal:plan", who=Who.FAMILY),
    route("/portal/cases/{code}/plan/accept", ask_to_accept, name="portal:accept-plan", who=Who.FAMILY),
    route("/portal/cases/{code}/plan/accept", accept, name="portal:accept-plan", who=Who.FAMILY, methods=["POST"]),
]

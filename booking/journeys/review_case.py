"""A clinician decides whether the treatment may suit, and the family is told where there is something to tell."""

from datetime import datetime
from typing import Final

from booking.accounts.viewers import Viewer
from booking.bookings.booking import require_no_dates
from booking.consultations import cases, reviews
from booking.consultations.models import Decision
from booking.journeys.say import say_about_case
from booking.kit.db import transaction
from booking.messages import outbox

# A yes is told by the plan that follows it.
TELLS: Final = {Decision.MORE_INFORMATION: "more-information", Decision.NOT_SUITABLE: "not-suitable"}
# What no longer holds once there is a new decision, if it has not gone yet.
OVERTAKEN: Final = ("more-information", "not-suitable", "plan-ready")


async def review_case(
    viewer: Viewer, code: str, decision: Decision, *, reasons: str, note: str = "", now: datetime
) -> None:
    """Record the decision and plan the mail about it. `reasons` are for the family, `note` for staff alone.

    Raises NotFound, OnlyAClinician, Invalid, WrongMoment, and DatesStand while dates are held or booked.
    """
    async with transaction():
        case = await cases.get(viewer, code)
        await require_no_dates(case.id, now=now)
        review = await reviews.decide(case, decision, reasons=reasons, note=note, viewer=viewer, now=now)
        await outbox.cancel_planned(case.id, now=now, occasions=OVERTAKEN)
        if occasion := TELLS.get(decision):
            await say_about_case(case, occasion, now=now, about=str(review.id))

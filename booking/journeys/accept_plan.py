"""A patient, or a supporter who may act, agrees to the plan and its price."""

from datetime import datetime

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.consultations import cases, plans, sealed_text
from booking.kit.db import transaction


async def accept_plan(viewer: Viewer, code: str, number: int, *, now: datetime) -> None:
    """Accept the plan of this number: consent comes next, and nothing is owed yet.

    Raises NotFound, NotAllowedByThePatient, and PlanReplaced if it is not the plan that stands, or was accepted before.
    """
    async with transaction():
        case = await cases.get(viewer, code)
        await plans.accept(case, number, viewer=viewer, now=now)
        await audit.record(viewer, "plan.accept", sealed_text.subject(case), now=now)

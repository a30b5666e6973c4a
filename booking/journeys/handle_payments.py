"""Staff deal with money that needs a person."""

from datetime import datetime

from booking.accounts import audit
from booking.accounts.models import Role
from booking.accounts.viewers import Viewer
from booking.bookings import booking as bookings
from booking.bookings.models import Booking
from booking.consultations.cases import within
from booking.kit.db import transaction
from booking.kit.errors import Forbidden, NotFound, WrongMoment
from booking.kit.words import _
from booking.payments.models import Attempt, Refund
from booking.payments.refunds import want_refund
from booking.payments.terms import RefundCause
from booking.payments.trouble import MoneyTrouble, TroubleKind, money_in_trouble


class OnlyCoordinatorsRefund(Forbidden):
    say = _("Only a coordinator of this clinic sends money back.")


async def open_payments(viewer: Viewer, *, now: datetime) -> list[MoneyTrouble]:
    """What waits at the viewer's clinics, the longest waiting first."""
    return await money_in_trouble(sorted(viewer.clinics), now=now)


async def refund_again(viewer: Viewer, code: str, *, now: datetime) -> None:
    """Promise a refund that failed once more; the worker asks Stripe for it.

    Raises NotFound, OnlyCoordinatorsRefund, RefundTooMuch, and WrongMoment if it was promised anew already.
    """
    async with transaction():
        refund = await _failed(viewer, code)
        # Of two who press at once the second waits here, and then finds it promised.
        booking = await bookings.locked(refund.charge.booking_id)
        waiting = await money_in_trouble(viewer.clinics, now=now)
        if not any(one.kind is TroubleKind.FAILED and one.code == code for one in waiting):
            raise WrongMoment
        attempt = await Attempt.get(id=refund.attempt_id)
        await want_refund(attempt, refund.money, RefundCause(refund.reason), now=now)
        await audit.record(viewer, "refund.again", f"booking {booking.code}", now=now)


async def _failed(viewer: Viewer, code: str) -> Refund:
    theirs = Refund.filter(within(viewer, "charge__booking__case__"), code=code)
    refund = await theirs.select_related("charge").first()
    if refund is None:
        raise NotFound
    case = (await Booking.get(id=refund.charge.booking_id).select_related("case")).case
    if not viewer.has_role(case.clinic_id, Role.COORDINATOR, Role.ADMIN):
        raise OnlyCoordinatorsRefund
    return refund

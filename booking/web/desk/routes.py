"""Every route of this area, gathered from the files beside it."""

from booking.web.desk import (
    alerts,
    board,
    cancel,
    cases,
    closing,
    letters,
    messages,
    outbox,
    payments,
    plans,
    questions,
    reviews,
)
from booking.web.policy import Ruled

ROUTES: list[Ruled] = [
    *alerts.ROUTES,
    *board.ROUTES,
    *cancel.ROUTES,
    *cases.ROUTES,
    *closing.ROUTES,
    *letters.ROUTES,
    *messages.ROUTES,
    *outbox.ROUTES,
    *payments.ROUTES,
    *plans.ROUTES,
    *questions.ROUTES,
    *reviews.ROUTES,
]

"""Every route of this area, gathered from the files beside it."""

from booking.web.desk import (
    alerts,
    board,
    calendar,
    cancel,
    cases,
    closing,
    closures,
    erasure,
    feeds,
    letters,
    lots,
    messages,
    moves,
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
    *calendar.ROUTES,
    *cancel.ROUTES,
    *cases.ROUTES,
    *closing.ROUTES,
    *closures.ROUTES,
    *erasure.ROUTES,
    *feeds.ROUTES,
    *letters.ROUTES,
    *lots.ROUTES,
    *messages.ROUTES,
    *moves.ROUTES,
    *outbox.ROUTES,
    *payments.ROUTES,
    *plans.ROUTES,
    *questions.ROUTES,
    *reviews.ROUTES,
]

"""Every route of this area, gathered from the files beside it."""

from booking.web.policy import Ruled
from booking.web.portal import (
    bookings,
    cancel,
    cases,
    consents,
    dates,
    home,
    payments,
    plans,
    questions,
    records,
    supporters,
)

ROUTES: list[Ruled] = [
    *home.ROUTES,
    *cases.ROUTES,
    *plans.ROUTES,
    *questions.ROUTES,
    *consents.ROUTES,
    *supporters.ROUTES,
    *records.ROUTES,
    *dates.ROUTES,
    *bookings.ROUTES,
    *payments.ROUTES,
    *cancel.ROUTES,
]

"""Every route of this area, gathered from the files beside it."""

from booking.web.policy import Ruled
from booking.web.portal import (
    bookings,
    cancel,
    cases,
    check_ins,
    consents,
    dates,
    home,
    itineraries,
    payments,
    plans,
    profile,
    questions,
    records,
    supporters,
    travel,
    waitlist,
)

ROUTES: list[Ruled] = [
    *home.ROUTES,
    *profile.ROUTES,
    *cases.ROUTES,
    *plans.ROUTES,
    *questions.ROUTES,
    *consents.ROUTES,
    *supporters.ROUTES,
    *records.ROUTES,
    *dates.ROUTES,
    *waitlist.ROUTES,
    *bookings.ROUTES,
    *payments.ROUTES,
    *cancel.ROUTES,
    *travel.ROUTES,
    *itineraries.ROUTES,
    *check_ins.ROUTES,
]

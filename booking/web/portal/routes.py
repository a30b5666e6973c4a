"""Every route of this area, gathered from the files beside it."""

from booking.web.policy import Ruled
from booking.web.portal import bookings, cancel, dates, payments, records

ROUTES: list[Ruled] = [*records.ROUTES, *dates.ROUTES, *bookings.ROUTES, *payments.ROUTES, *cancel.ROUTES]

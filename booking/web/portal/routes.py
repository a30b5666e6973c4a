"""Every route of this area, gathered from the files beside it."""

from booking.web.policy import Ruled
from booking.web.portal import records

ROUTES: list[Ruled] = [*records.ROUTES]

"""Every route of this area, gathered from the files beside it."""

from booking.web.policy import Ruled

ROUTES: list[Ruled] = []

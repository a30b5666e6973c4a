"""Every route of this area, gathered from the files beside it."""

from booking.web.policy import Ruled
from booking.web.site import language, programmes, promises

ROUTES: list[Ruled] = [*programmes.ROUTES, *promises.ROUTES, *language.ROUTES]

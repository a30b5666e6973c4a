"""Every route for programs: partners' systems, calendars, Stripe, and whoever watches over the processes."""

from booking.web.api import health

ROUTES = [*health.ROUTES]

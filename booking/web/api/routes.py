"""Every route for programs: partners' systems, calendars, Stripe, and whoever watches over the processes."""

from booking.web.api import cases, feeds, health, holds, itineraries, openapi, programmes, stripe_hook

ROUTES = [
    *programmes.ROUTES,
    *cases.ROUTES,
    *holds.ROUTES,
    *itineraries.ROUTES,
    *feeds.ROUTES,
    *openapi.ROUTES,
    *stripe_hook.ROUTES,
    *health.ROUTES,
]

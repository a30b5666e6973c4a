"""Every route for programs: partners' systems, calendars, Stripe, and whoever watches over the processes."""

from booking.web.api import cases, feeds, health, holds, itineraries, openapi, programmes, stripe_hook

# They are asked in turn: first those that take most.
ROUTES = [
    *holds.ROUTES,
    *programmes.ROUTES,
    *cases.ROUTES,
    *itineraries.ROUTES,
    *feeds.ROUTES,
    *openapi.ROUTES,
    *stripe_hook.ROUTES,
    *health.ROUTES,
]

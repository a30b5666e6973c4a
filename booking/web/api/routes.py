"""Every route for programs: partners' systems, calendars, Stripe, and whoever watches over the processes."""

from booking.web.api import cases, health, holds, openapi, programmes, stripe_hook

ROUTES = [*programmes.ROUTES, *cases.ROUTES, *holds.ROUTES, *openapi.ROUTES, *stripe_hook.ROUTES, *health.ROUTES]

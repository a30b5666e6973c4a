"""Holding dates for a case, and letting them go."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from booking.accounts.partners import KeyNotUsable, Reply, fingerprint
from booking.bookings.models import Booking
from booking.journeys import partner_hold
from booking.journeys.release_hold import release_hold
from booking.journeys.reserve import DatesGone
from booking.kit.errors import Refusal
from booking.kit.json_text import json_of
from booking.web.api import telling
from booking.web.api.bodies import answer, read_body
from booking.web.api.shapes import HoldRequest
from booking.web.policy import Who, route
from booking.web.refusals import problem_body
from booking.web.request import header_of, language_of, now_of, services_of, viewer_of

CREATED: Final = 201


async def hold(request: Request) -> Response:
    """Hold the dates of a window's token: 201 with `lapses_at`, 409 with the nearest free windows when they are gone.

    The same Idempotency-Key with the same request gets the same answer.
    """
    viewer, now = viewer_of(request), now_of(request)
    key = header_of(request, b"idempotency-key")
    if not key or viewer.partner is None:
        raise KeyNotUsable
    body = await read_body(request, HoldRequest)
    mark = fingerprint(request.method, request.scope["path"], await request.body())

    def told(booking: Booking) -> str:
        return json_of(telling.booking(booking, now))

    def refused(refusal: Refusal) -> Reply:
        near = telling.windows(refusal.nearest) if isinstance(refusal, DatesGone) else None
        return Reply(refusal.status, json_of(problem_body(refusal, language_of(request), nearest=near)))

    reply = await partner_hold.partner_hold(
        viewer,
        request.path_params["code"],
        body.token,
        partner_hold.Request(viewer.partner.key_id, key, mark),
        interpreter=body.interpreter,
        told=told,
        refused=refused,
        key=services_of(request).window_key,
        now=now,
    )
    media_type = "application/json" if reply.status == CREATED else "application/problem+json"
    return Response(reply.body, reply.status, media_type=media_type)


async def release(request: Request) -> Response:
    """Let held dates go: 200 with the booking as it then stands."""
    booking = await release_hold(viewer_of(request), request.path_params["code"], now=now_of(request))
    return answer(telling.booking(booking, now_of(request)))


ROUTES = [
    route("/api/v1/cases/{code}/hold", hold, name="api:hold", who=Who.PARTNER, methods=["POST"]),
    route("/api/v1/bookings/{code}/hold", release, name="api:release", who=Who.PARTNER, methods=["DELETE"]),
]

"""Cases of a partner's: asked for, and followed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.partner_cases import Followed, ask_as_partner, follow_case
from booking.kit.words import known_language
from booking.web.api import telling
from booking.web.api.bodies import answer, read_body
from booking.web.api.shapes import CaseRequest, CaseShape
from booking.web.policy import Who, route
from booking.web.request import language_of, now_of, viewer_of


async def ask(request: Request) -> Response:
    """A consultation request: 201 with the case's code, 422 with an error for each answer that cannot be used."""
    body = await read_body(request, CaseRequest)
    followed = await ask_as_partner(
        viewer_of(request),
        body.programme,
        _as_typed(body.answers),
        language=known_language(str(body.answers.get("language", ""))) or language_of(request),
        zone="UTC",
        now=now_of(request),
    )
    return answer(_shape(followed, now_of(request)), 201)


async def follow(request: Request) -> Response:
    """Where a case stands. No health data."""
    followed = await follow_case(viewer_of(request), request.path_params["code"], now=now_of(request))
    return answer(_shape(followed, now_of(request)))


def _as_typed(answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """JSON answers as a form would send them, so that both are read by the same rules."""
    return {
        key: [str(each) for each in value] if isinstance(value, list) else [str(value)]
        for key, value in answers.items()
        if value is not None
    }


def _shape(followed: Followed, now: datetime) -> CaseShape:
    return CaseShape(
        code=followed.case.code,
        programme=followed.programme,
        status=followed.case.status.value,
        created_at=followed.case.created_at,
        changed_at=followed.case.changed_at,
        booking=telling.booking(followed.booking, now) if followed.booking else None,
    )


ROUTES = [
    route("/api/v1/cases", ask, name="api:cases", who=Who.PARTNER, methods=["POST"]),
    route("/api/v1/cases/{code}", follow, name="api:case", who=Who.PARTNER),
]

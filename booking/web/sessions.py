"""The session's cookie: set at sign-in, taken away at sign-out, readable by no script."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from booking.accounts.sessions import PATIENTS_STAY
from booking.web.middleware import session_cookie
from booking.web.request import services_of

ROAD: Final = "/"


def token_of(request: Request) -> str | None:
    """The session that the browser came with, for rotation and sign-out."""
    return request.cookies.get(session_cookie(services_of(request)))


def keep_session(request: Request, response: Response, token: str) -> None:
    """Give the browser its session. The row decides how long it is good for; the cookie only outlives it."""
    services = services_of(request)
    response.set_cookie(
        session_cookie(services),
        token,
        max_age=int(PATIENTS_STAY.total_seconds()),
        path=ROAD,
        secure=services.settings.public_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )


def forget_session(request: Request, response: Response) -> None:
    response.delete_cookie(session_cookie(services_of(request)), path=ROAD)

"""The cookies that are ours: unreadable by any script, never sent from elsewhere, and over HTTPS alone where the site is."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from booking.accounts.sessions import PATIENTS_STAY
from booking.web.middleware import session_cookie
from booking.web.request import services_of


def token_of(request: Request) -> str | None:
    """The session that the browser came with, for rotation and sign-out."""
    return request.cookies.get(_session(request))


def keep_session(request: Request, response: Response, token: str, lasts: timedelta = PATIENTS_STAY) -> None:
    """Give the browser its session. The row decides how long it is good for; the cookie only outlives it."""
    keep_cookie(request, response, _session(request), token, lasts)


def forget_session(request: Request, response: Response) -> None:
    forget_cookie(request, response, _session(request))


def keep_cookie(request: Request, response: Response, name: str, value: str, lasts: timedelta) -> None:
    response.set_cookie(
        name, value, max_age=int(lasts.total_seconds()), secure=_is_https(request), httponly=True, samesite="lax"
    )


def forget_cookie(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(name, secure=_is_https(request), httponly=True, samesite="lax")


def _session(request: Request) -> str:
    return session_cookie(services_of(request))


def _is_https(request: Request) -> bool:
    return services_of(request).settings.public_url.startswith("https:")

"""The browser's hold on the request that is being written in it: the token that takes it up, in a cookie of its own."""

from starlette.requests import Request
from starlette.responses import Response

from booking.consultations.drafts import KEPT_FOR, DraftNotFound
from booking.web.middleware import session_cookie
from booking.web.request import services_of
from booking.web.sessions import forget_cookie, keep_cookie


def held(request: Request) -> str | None:
    """The token, if this browser is writing a request."""
    return request.cookies.get(_name(request))


def needed(request: Request) -> str:
    """The token. Raises DraftNotFound where there is none."""
    token = held(request)
    if not token:
        raise DraftNotFound
    return token


def hold(request: Request, response: Response, token: str) -> None:
    keep_cookie(request, response, _name(request), token, KEPT_FOR)


def let_go(request: Request, response: Response) -> None:
    forget_cookie(request, response, _name(request))


def _name(request: Request) -> str:
    return f"{session_cookie(services_of(request))}-ask"

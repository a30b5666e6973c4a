"""Who may use a route. A route that does not say so keeps the application from starting."""

from collections.abc import Awaitable, Callable, Iterable
from enum import StrEnum
from functools import wraps

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from booking.accounts.viewers import Viewer
from booking.kit.errors import Forbidden, NotFound, Refusal
from booking.kit.words import _
from booking.web.request import viewer_of

Endpoint = Callable[[Request], Awaitable[Response]]


class Who(StrEnum):
    """Everyone a route can be for. What they may see *there* is the query's business (G27)."""

    ANYONE = "anyone"
    SIGNED_IN = "anyone who signed in"
    FAMILY = "a patient or a supporter"
    STAFF = "coordinators and clinicians"
    COORDINATOR = "coordinators"
    CLINICIAN = "clinicians"
    PARTNER = "a partner's system"
    SIGNED = "whoever holds a signature or secret that the handler itself checks"


ADMITS: dict[Who, Callable[[Viewer], bool]] = {
    Who.ANYONE: lambda _viewer: True,
    Who.SIGNED_IN: lambda viewer: viewer.person_id is not None,
    Who.FAMILY: lambda viewer: viewer.person_id is not None and not viewer.is_staff,
    Who.STAFF: lambda viewer: viewer.is_staff,
    Who.COORDINATOR: lambda viewer: viewer.is_coordinator,
    Who.CLINICIAN: lambda viewer: viewer.is_clinician,
    Who.PARTNER: lambda viewer: viewer.is_partner,
    Who.SIGNED: lambda _viewer: True,
}


class NoPolicy(RuntimeError):
    """A route does not say who may use it."""


class Ruled(Route):
    """A route that says who it is for."""

    who: Who


def route(
    path: str,
    endpoint: Endpoint,
    *,
    name: str,
    who: Who,
    methods: Iterable[str] = ("GET",),
    max_body_size: int | None = None,
) -> Ruled:
    """A route for `who`. Anonymous visitors to a person's page are sent to sign in and brought back.

    `max_body_size` in bytes lifts the application's limit for this route alone.
    """
    ruled = Ruled(path, _guarded(endpoint, who), name=name, methods=list(methods), max_body_size=max_body_size)
    ruled.who = who
    return ruled


def _guarded(endpoint: Endpoint, who: Who) -> Endpoint:
    admits = ADMITS[who]

    @wraps(endpoint)
    async def guarded(request: Request) -> Response:
        viewer = viewer_of(request)
        if admits(viewer):
            return await endpoint(request)
        if who is Who.PARTNER:
            raise KeyMissing
        if not viewer.is_anonymous:
            raise Forbidden
        if request.method not in {"GET", "HEAD"}:
            raise NotFound
        return _to_sign_in(request, staff=who in {Who.STAFF, Who.COORDINATOR, Who.CLINICIAN})

    return guarded


def _to_sign_in(request: Request, *, staff: bool) -> Response:
    urls = request.app.state.urls
    door = urls("site:staff-sign-in" if staff else "site:sign-in")
    return RedirectResponse(f"{door}?next={request.url.path}", status_code=303)


class KeyMissing(Refusal):
    status = 401
    say = _("Send a valid key as `Authorization: Bearer <key>`.")


def require_policies(routes: Iterable[BaseRoute]) -> None:
    """Raise NoPolicy for the first route that does not say who may use it."""
    for found in routes:
        if not isinstance(found, Ruled) or not hasattr(found, "who"):
            raise NoPolicy(f"{getattr(found, 'path', found)} does not declare who may use it")

"""Signing in by a mailed link, and out. The link's page only shows a button: a mail scanner's GET signs nobody in."""

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from booking.accounts.sign_in_links import LinkNotGood
from booking.journeys import sign_in as journey
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, place_of, services_of, viewer_of
from booking.web.sessions import forget_session, keep_session, token_of
from booking.web.urls import own_page

GONE: Final = 410


async def sign_in(request: Request) -> Response:
    if not viewer_of(request).is_anonymous:
        return _land(request, request.query_params.get("next", ""))
    return page(request, "site/sign-in.html", form=None, back=_back(request.query_params.get("next", "")))


async def ask_for_link(request: Request) -> Response:
    form = await Form.read(request)
    back = _back(form.values.get("next", ""))
    email = form.email("email")
    if not form.ok:
        return page(request, "site/sign-in.html", 422, form=form, back=back)
    services = services_of(request)
    await journey.ask_for_link(
        email, back=back, place=place_of(request), pepper=services.staff_secrets.pepper, now=now_of(request)
    )
    return redirect(request, "site:sign-in-sent")


async def sent(request: Request) -> Response:
    return page(request, "site/sign-in-sent.html")


async def link(request: Request) -> Response:
    return page(request, "site/sign-in-link.html", back=_back(request.query_params.get("next", "")))


async def use_link(request: Request) -> Response:
    form = await Form.read(request)
    back = _back(form.values.get("next", ""))
    try:
        token = await journey.sign_in(request.path_params["token"], replaces=token_of(request), now=now_of(request))
    except LinkNotGood as refusal:
        return page(request, "site/sign-in.html", GONE, form=None, back=back, refusal=refusal.text)
    response = _land(request, back)
    keep_session(request, response, token)
    return response


async def sign_out(request: Request) -> Response:
    if token := token_of(request):
        await journey.sign_out(viewer_of(request), token, now=now_of(request))
    response = redirect(request, "site:home")
    forget_session(request, response)
    return response


def _land(request: Request, back: str) -> Response:
    urls = request.app.state.urls
    home = urls("desk:board" if viewer_of(request).is_staff else "portal:home")
    return RedirectResponse(own_page(back, home), status_code=303)


def _back(wanted: str) -> str:
    return own_page(wanted, "")


ROUTES = [
    route("/sign-in", sign_in, name="site:sign-in", who=Who.ANYONE),
    route("/sign-in", ask_for_link, name="site:sign-in", who=Who.ANYONE, methods=["POST"]),
    route("/sign-in/sent", sent, name="site:sign-in-sent", who=Who.ANYONE),
    route("/sign-in/{token}", link, name="site:sign-in-link", who=Who.ANYONE),
    route("/sign-in/{token}", use_link, name="site:sign-in-link", who=Who.ANYONE, methods=["POST"]),
    route("/sign-out", sign_out, name="site:sign-out", who=Who.ANYONE, methods=["POST"]),
]

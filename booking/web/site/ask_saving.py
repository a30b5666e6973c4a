"""Stopping and going on later: a link to one's own request, by mail. Opening the link only shows a button."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys import request_consultation as journey
from booking.journeys.request_consultation import Writing
from booking.kit.errors import Invalid
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, place_of, services_of
from booking.web.site import ask_cookie


async def save(request: Request) -> Response:
    writing = await journey.look(ask_cookie.needed(request), now=now_of(request))
    known = Form({key: writing.given[key] for key in ("name", "email") if writing.given.get(key)})
    return page(request, "site/ask/save.html", clinic=writing.clinic, form=known, onwards=_place(request, writing))


async def mail_link(request: Request) -> Response:
    form, token = await Form.read(request), ask_cookie.needed(request)
    try:
        await journey.mail_link(
            token,
            form.many,
            place=place_of(request),
            pepper=services_of(request).staff_secrets.pepper,
            now=now_of(request),
        )
    except Invalid as refusal:
        form.refuse_all(refusal)
        writing = await journey.look(token, now=now_of(request))
        onwards = _place(request, writing)
        return page(request, "site/ask/save.html", 422, clinic=writing.clinic, form=form, onwards=onwards)
    return redirect(request, "ask:saved")


async def saved(request: Request) -> Response:
    writing = await journey.look(ask_cookie.needed(request), now=now_of(request))
    return page(
        request, "site/ask/saved.html", clinic=writing.clinic, writing=writing, onwards=_place(request, writing)
    )


async def forget(request: Request) -> Response:
    """On a computer that others use: the request stays, and only the mailed link opens it."""
    response = redirect(request, "site:home")
    ask_cookie.let_go(request, response)
    return response


async def link(request: Request) -> Response:
    return page(request, "site/ask/resume.html")


async def resume(request: Request) -> Response:
    token = request.path_params["token"]
    still = (await journey.look(token, now=now_of(request))).first_open
    response = redirect(request, "ask:question", question=still.key) if still else redirect(request, "ask:review")
    ask_cookie.hold(request, response, token)
    return response


def _place(request: Request, writing: Writing) -> str:
    """Where the reader goes on."""
    urls, still = request.app.state.urls, writing.first_open
    found: str = urls("ask:question", question=still.key) if still else urls("ask:review")
    return found


ROUTES = [
    route("/ask/save", save, name="ask:save", who=Who.ANYONE),
    route("/ask/save", mail_link, name="ask:save", who=Who.ANYONE, methods=["POST"]),
    route("/ask/saved", saved, name="ask:saved", who=Who.ANYONE),
    route("/ask/forget", forget, name="ask:forget", who=Who.ANYONE, methods=["POST"]),
    route("/ask/resume/{token}", link, name="ask:resume", who=Who.ANYONE),
    route("/ask/resume/{token}", resume, name="ask:resume", who=Who.ANYONE, methods=["POST"]),
]

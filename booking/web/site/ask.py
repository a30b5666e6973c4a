"""Asking for a consultation: the first page, the last look over everything, and sending it."""

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response

from booking.consultations.drafts import DraftNotFound
from booking.consultations.requests import NotComplete, told_on
from booking.consultations.screens import Screen, screens_for
from booking.journeys import request_consultation as journey
from booking.journeys.request_consultation import ANSWERED_WITHIN, Writing
from booking.kit.words import Text
from booking.programmes.reading import published_programme, published_programmes
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import language_of, now_of, place_of, services_of
from booking.web.site import ask_cookie
from booking.web.site.programmes import only_clinic
from booking.web.site.zones import zones_to_choose


async def start(request: Request) -> Response:
    found = await published_programme(request.path_params["slug"])
    return page(
        request,
        "site/ask/start.html",
        clinic=found.clinic,
        programme=found.programme,
        title=found.content.title,
        minimum_age=found.content.terms.minimum_age,
        started=await _started(request),
        days=ANSWERED_WITHIN,
    )


async def begin(request: Request) -> Response:
    token = await journey.begin(
        request.path_params["slug"],
        language=language_of(request),
        place=place_of(request),
        pepper=services_of(request).staff_secrets.pepper,
        now=now_of(request),
    )
    response = redirect(request, "ask:question", question="who")
    ask_cookie.hold(request, response, token)
    return response


async def review(request: Request) -> Response:
    writing = await journey.look(ask_cookie.needed(request), now=now_of(request))
    told = _told(writing, language_of(request))
    return page(request, "site/ask/review.html", clinic=writing.clinic, writing=writing, parts=told)


async def send(request: Request) -> Response:
    try:
        await journey.send(
            ask_cookie.needed(request),
            place=place_of(request),
            pepper=services_of(request).staff_secrets.pepper,
            now=now_of(request),
        )
    except NotComplete as refusal:
        return redirect(request, "ask:question", question=refusal.screen)
    response = redirect(request, "ask:sent")
    ask_cookie.let_go(request, response)
    return response


async def sent(request: Request) -> Response:
    clinic = only_clinic(await published_programmes())
    return page(request, "site/ask/sent.html", clinic=clinic, days=ANSWERED_WITHIN)


async def _started(request: Request) -> Writing | None:
    token = ask_cookie.held(request)
    if token:
        with suppress(DraftNotFound):
            return await journey.look(token, now=now_of(request))
    return None


def _told(writing: Writing, language: str) -> list[tuple[Screen, list[tuple[Text, str]]]]:
    """Each question with what was answered, in the reader's language."""
    places = dict(zones_to_choose(language))
    return [
        (screen, [(label, places.get(said, said)) for label, said in told_on(screen, writing.given, language)])
        for screen in screens_for(writing.given)
    ]


ROUTES = [
    route("/programmes/{slug}/ask", start, name="ask:start", who=Who.ANYONE),
    route("/programmes/{slug}/ask", begin, name="ask:start", who=Who.ANYONE, methods=["POST"]),
    route("/ask/review", review, name="ask:review", who=Who.ANYONE),
    route("/ask/send", send, name="ask:send", who=Who.ANYONE, methods=["POST"]),
    route("/ask/sent", sent, name="ask:sent", who=Who.ANYONE),
]

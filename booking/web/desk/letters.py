"""Mails as they would go out: on their page, and as they look in a mail program."""

from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from booking.journeys.preview_mail import Letter, preview_message
from booking.messages.compose import Composer
from booking.web.pages import page
from booking.web.policy import Who, route
from booking.web.request import now_of, services_of, viewer_of

# A mail's own styles stand on its elements. Within its frame it runs nothing, loads nothing and sends nothing.
MAIL_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none';"
    " frame-ancestors 'self'; sandbox"
)


def composer_of(request: Request) -> Composer:
    """The worker's own way of writing mails."""
    settings = services_of(request).settings
    return Composer(public_url=settings.public_url, sender=settings.mail_from)


async def letter(request: Request) -> Response:
    code, message = request.path_params["code"], request.path_params["message"]
    return page(request, "desk/letter.html", letter=await _letter(request), code=code, message=message)


async def as_mail(request: Request) -> Response:
    return HTMLResponse((await _letter(request)).html, headers={"Content-Security-Policy": MAIL_POLICY})


async def _letter(request: Request) -> Letter:
    of, composer = request.path_params, composer_of(request)
    return await preview_message(viewer_of(request), of["code"], of["message"], composer=composer, now=now_of(request))


ROUTES = [
    route("/desk/cases/{code}/messages/{message}", letter, name="desk:letter", who=Who.STAFF),
    route("/desk/cases/{code}/messages/{message}/mail", as_mail, name="desk:letter-as-mail", who=Who.STAFF),
]

"""Choosing the language of the pages: kept in a cookie, so that it holds without an account."""

from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from booking.kit.words import known_language
from booking.web.forms import Form
from booking.web.middleware import LANGUAGE_COOKIE
from booking.web.policy import Who, route
from booking.web.request import services_of
from booking.web.urls import own_page

KEPT_FOR: Final = timedelta(days=365)


async def choose_language(request: Request) -> Response:
    form = await Form.read(request)
    response = RedirectResponse(own_page(form.values.get("back", "")), status_code=303)
    if wanted := known_language(form.values.get("language")):
        response.set_cookie(
            LANGUAGE_COOKIE,
            wanted,
            max_age=int(KEPT_FOR.total_seconds()),
            secure=services_of(request).settings.public_url.startswith("https:"),
            httponly=True,
            samesite="lax",
        )
    return response


ROUTES = [route("/language", choose_language, name="site:language", who=Who.ANYONE, methods=["POST"])]

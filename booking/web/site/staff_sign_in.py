"""Staff come in with a password and a code from their phone."""

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from booking.accounts.sessions import STAFF_STAY
from booking.accounts.staff import SignInRefused
from booking.journeys import sign_in as journey
from booking.kit.words import _
from booking.web.forms import Form
from booking.web.pages import page
from booking.web.policy import Who, route
from booking.web.request import now_of, place_of, services_of, viewer_of
from booking.web.sessions import keep_session, token_of
from booking.web.urls import own_page

MISSING: Final = {
    "email": _("Please write your e-mail address."),
    "password": _("Please write your password."),
    "code": _("Please write the code that your phone shows."),
}


async def staff_sign_in(request: Request) -> Response:
    back = own_page(request.query_params.get("next", ""), request.app.state.urls("desk:board"))
    if viewer_of(request).is_staff:
        return RedirectResponse(back, status_code=303)
    return page(request, "site/staff-sign-in.html", form=None, back=back)


async def prove(request: Request) -> Response:
    form = await Form.read(request)
    back = own_page(form.values.get("next", ""), request.app.state.urls("desk:board"))
    for name, why in MISSING.items():
        if not form.values.get(name, "").strip():
            form.refuse(name, why)
    email, code = form.email("email"), form.text("code", at_most=12)
    password = form.values.get("password", "")  # as typed: its spaces count
    if not form.ok:
        return page(request, "site/staff-sign-in.html", 422, form=form, back=back)
    try:
        token = await journey.sign_in_staff(
            email,
            password,
            code,
            replaces=token_of(request),
            place=place_of(request),
            secrets=services_of(request).staff_secrets,
            now=now_of(request),
        )
    except SignInRefused as refusal:
        form.refuse("", refusal.text)
        return page(request, "site/staff-sign-in.html", refusal.status, form=form, back=back)
    response = RedirectResponse(back, status_code=303)
    keep_session(request, response, token, STAFF_STAY)
    return response


ROUTES = [
    route("/staff/sign-in", staff_sign_in, name="site:staff-sign-in", who=Who.ANYONE),
    route("/staff/sign-in", prove, name="site:staff-sign-in", who=Who.ANYONE, methods=["POST"]),
]

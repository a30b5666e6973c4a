"""What we know of whoever is signed in: their name, language, clock and phone."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.change_profile import change_profile, open_profile
from booking.kit.errors import Invalid
from booking.kit.words import LANGUAGES, own_name
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import language_of, now_of, viewer_of
from booking.web.site.zones import zones_to_choose


async def profile(request: Request) -> Response:
    person = await open_profile(viewer_of(request))
    known = {"name": person.name, "language": person.language, "zone": person.zone, "phone": person.phone or ""}
    return await _show(request, Form(known))


async def change(request: Request) -> Response:
    form = await Form.read(request)
    name, phone = form.text("name", at_most=200), form.text("phone", required=False, at_most=64)
    language, zone = form.one_of("language", LANGUAGES), form.text("zone", at_most=64)
    if form.ok:
        try:
            await change_profile(
                viewer_of(request),
                name=name,
                language=language or "",
                zone=zone,
                phone=phone or None,
                now=now_of(request),
            )
        except Invalid as invalid:
            form.refuse_all(invalid)
    return redirect(request, "portal:home") if form.ok else await _show(request, form, 422)


async def _show(request: Request, form: Form, status: int = 200) -> Response:
    person = await open_profile(viewer_of(request))
    return page(
        request,
        "portal/profile.html",
        status,
        form=form,
        email=person.email,
        languages_to_choose=[(tag, own_name(tag)) for tag in LANGUAGES],
        zones=zones_to_choose(language_of(request)),
    )


ROUTES = [
    route("/portal/you", profile, name="portal:profile", who=Who.FAMILY),
    route("/portal/you", change, name="portal:profile", who=Who.FAMILY, methods=["POST"]),
]

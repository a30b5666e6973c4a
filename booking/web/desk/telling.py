"""Families whose booking was moved and who are not told yet: all of them, the mail that each would get, and the word to send it."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.tell_family import not_told, open_telling, tell_family
from booking.kit.errors import Refusal
from booking.web.desk.letters import composer_of
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import links_of, now_of, viewer_of

CONFLICT = 409


async def untold(request: Request) -> Response:
    return await _show(request, {})


async def tell_many(request: Request) -> Response:
    """Each in its own transaction: one that cannot be told stops no other, and stays on the page with the reason."""
    form = await Form.read(request)
    refused: dict[str, Refusal] = {}
    for code in form.many.get("tell", []):
        try:
            await tell_family(viewer_of(request), code, links=links_of(request), now=now_of(request))
        except Refusal as refusal:
            refused[code] = refusal
    return await _show(request, refused) if refused else redirect(request, "desk:untold")


async def look(request: Request) -> Response:
    """The mails that would go out, and the button that sends them."""
    found = await open_telling(
        viewer_of(request), request.path_params["code"], composer=composer_of(request), now=now_of(request)
    )
    return page(request, "desk/tell.html", found=found, clinic=found.clinic)


async def tell(request: Request) -> Response:
    code = request.path_params["code"]
    booking = await tell_family(viewer_of(request), code, links=links_of(request), now=now_of(request))
    await booking.fetch_related("case")
    return redirect(request, "desk:case", code=booking.case.code)


async def _show(request: Request, refused: dict[str, Refusal]) -> Response:
    found = await not_told(viewer_of(request), now=now_of(request))
    status = CONFLICT if refused else 200
    return page(request, "desk/untold.html", status, found=found, clinic=found.clinic, refused=refused)


ROUTES = [
    route("/desk/untold", untold, name="desk:untold", who=Who.COORDINATOR),
    route("/desk/untold", tell_many, name="desk:untold", who=Who.COORDINATOR, methods=["POST"]),
    route("/desk/bookings/{code}/tell", look, name="desk:tell", who=Who.COORDINATOR),
    route("/desk/bookings/{code}/tell", tell, name="desk:tell", who=Who.COORDINATOR, methods=["POST"]),
]

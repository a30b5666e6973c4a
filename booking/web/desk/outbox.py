"""Mails that need a person."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.handle_messages import mark_handled, open_outbox, send_again
from booking.web.desk import said
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, viewer_of

DEEDS = {"again": send_again, "handled": mark_handled}


async def outbox(request: Request) -> Response:
    return page(request, "desk/outbox.html", waiting=await open_outbox(viewer_of(request)), said=said)


async def deal(request: Request) -> Response:
    form = await Form.read(request)
    code, do = form.text("message", at_most=16), form.one_of("do", DEEDS)
    if do is not None:
        await DEEDS[do](viewer_of(request), code, now=now_of(request))
    return redirect(request, "desk:outbox")


ROUTES = [
    route("/desk/outbox", outbox, name="desk:outbox", who=Who.STAFF),
    route("/desk/outbox", deal, name="desk:outbox", who=Who.STAFF, methods=["POST"]),
]

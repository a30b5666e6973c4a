"""The clinic's calendar in one's own: private addresses, made, shown once, and revoked."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.calendar_feed import list_feeds, make_feed, revoke_feed
from booking.kit.errors import NotFound
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import links_of, now_of, viewer_of


async def feeds(request: Request) -> Response:
    return await _show(request)


async def make(request: Request) -> Response:
    """The new feed's address stands in this one answer and is kept nowhere."""
    form = await Form.read(request)
    resource = form.number("resource", least=1, most=2**62, required=False)
    if not form.ok:
        raise NotFound
    token = await make_feed(viewer_of(request), resource_id=resource, now=now_of(request))
    address = links_of(request).to("feeds:calendar", token=token)
    return await _show(request, address)


async def revoke(request: Request) -> Response:
    form = await Form.read(request)
    feed = form.number("feed", least=1, most=2**62)
    if feed is None:
        raise NotFound
    await revoke_feed(viewer_of(request), feed, now=now_of(request))
    return redirect(request, "desk:feeds")


async def _show(request: Request, address: str = "") -> Response:
    own = await list_feeds(viewer_of(request))
    return page(request, "desk/feeds.html", own=own, clinic=own.clinic, address=address)


ROUTES = [
    route("/desk/feeds", feeds, name="desk:feeds", who=Who.STAFF),
    route("/desk/feeds", make, name="desk:feeds", who=Who.STAFF, methods=["POST"]),
    route("/desk/feeds/revoke", revoke, name="desk:revoke-feed", who=Who.STAFF, methods=["POST"]),
]

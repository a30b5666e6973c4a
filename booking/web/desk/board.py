"""The board: what waits on us first."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.board_row import STAGES
from booking.journeys.open_board import Show, open_board
from booking.web.desk.said import SHOWS
from booking.web.forms import Form
from booking.web.pages import page
from booking.web.policy import Who, route
from booking.web.request import now_of, viewer_of


async def board(request: Request) -> Response:
    wanted = request.query_params.get("show", "")
    return await _show(request, Show(wanted) if wanted in set(Show) else Show.OPEN, "")


async def search(request: Request) -> Response:
    """By POST: whom someone looks for is nobody's business, and addresses are kept in many places."""
    form = await Form.read(request)
    return await _show(request, Show.OPEN, form.text("search", required=False, at_most=100)[:100])


async def _show(request: Request, show: Show, search: str) -> Response:
    found = await open_board(viewer_of(request), show=show, search=search, now=now_of(request))
    return page(request, "desk/board.html", board=found, show=show, search=search, stages=STAGES, shows=SHOWS)


ROUTES = [
    route("/desk", board, name="desk:board", who=Who.STAFF),
    route("/desk", search, name="desk:board", who=Who.STAFF, methods=["POST"]),
]

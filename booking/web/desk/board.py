"""The board: what waits on us first."""

from collections.abc import Iterable
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.board_row import STAGES, Stage
from booking.journeys.open_board import AT_FIRST, Show, open_board
from booking.web.desk.said import SHOWS
from booking.web.forms import Form
from booking.web.pages import page
from booking.web.policy import Who, route
from booking.web.request import now_of, viewer_of


async def board(request: Request) -> Response:
    asked = request.query_params
    wanted = asked.get("show", "")
    return await _show(request, Show(wanted) if wanted in set(Show) else Show.OPEN, "", asked.getlist("all"))


async def search(request: Request) -> Response:
    """By POST: whom someone looks for is nobody's business, and addresses are kept in many places."""
    form = await Form.read(request)
    sought = form.text("search", required=False, at_most=100)[:100]
    return await _show(request, Show.OPEN, sought, form.many.get("all", ()))


async def _show(request: Request, show: Show, search: str, wholly: Iterable[str]) -> Response:
    """`wholly` are the stages of which every case is to be shown."""
    whole = [stage for stage in Stage if stage in set(wholly)]
    found = await open_board(viewer_of(request), show=show, search=search, whole=whole, now=now_of(request))

    def with_all(stages: Iterable[Stage]) -> str:
        asked = [("show", show.value), *(("all", stage.value) for stage in stages)]
        return f"{request.app.state.urls('desk:board')}?{urlencode(asked)}"

    return page(
        request,
        "desk/board.html",
        board=found,
        show=show,
        search=search,
        stages=STAGES,
        shows=SHOWS,
        whole=whole,
        at_first=AT_FIRST,
        more={stage: with_all([*whole, stage]) for stage in Stage},
        fewer={stage: with_all(each for each in whole if each is not stage) for stage in Stage},
    )


ROUTES = [
    route("/desk", board, name="desk:board", who=Who.STAFF),
    route("/desk", search, name="desk:board", who=Who.STAFF, methods=["POST"]),
]

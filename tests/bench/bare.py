"""The bare parts, with nothing of the program around them: a Jinja page of a wanted size, and a hold's own statements."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from booking.bookings.opening import OPEN
from booking.kit.engine import Line
from tests.bench.asked import recorded

LINE: Final = "Fifteen words of a page <about> as long as those that people read & understand at once."
PAGE: Final = Environment(autoescape=True).from_string(
    "<!doctype html><title>{{ title }}</title>{% for line in lines %}<p>{{ line }}</p>\n{% endfor %}"
)


async def page(request: Request) -> Response:
    """A page of about so many bytes."""
    size = int(request.query_params["size"])
    return HTMLResponse(PAGE.render(title="Bare", lines=[LINE] * (size // (len(LINE) + 16))))


async def hold(request: Request) -> Response:
    """Everything that the program asked for this hold, on one connection, and its answer's few words."""
    await request.json()
    booking_id = None
    async with request.app.state.pool.acquire() as line:
        for asked in request.app.state.holds[int(request.path_params["turn"])]:
            if asked.values:
                rows = await line.fetch(asked.sql, *asked.about(booking_id))
            else:
                await line.execute(asked.sql)  # BEGIN and COMMIT
            if asked.sql == OPEN:
                booking_id = rows[0]["id"]
    return JSONResponse({"booking": booking_id, "status": "held"}, 201)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    app.state.holds = recorded(Path(os.environ["ASKED"]))
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], connection_class=Line, min_size=1, max_size=10) as pool:
        app.state.pool = pool
        yield


app = Starlette(routes=[Route("/page", page), Route("/hold/{turn}", hold, methods=["POST"])], lifespan=_lifespan)

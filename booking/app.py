"""The web application: its routes, what surrounds every request, and how it answers what it will not do."""

import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from tortoise.exceptions import OperationalError

from booking.database import database
from booking.documents import keys
from booking.kit.db import UNREACHABLE
from booking.kit.errors import Forbidden, Refusal
from booking.services import Services, connect
from booking.settings import Settings
from booking.web.api.routes import ROUTES as API
from booking.web.deadlines import Deadlines
from booking.web.desk.routes import ROUTES as DESK
from booking.web.kept_pages import KeptPages
from booking.web.middleware import BodyLimit, CleanPaths, SameOrigin, Surroundings
from booking.web.policy import Ruled, require_policies
from booking.web.portal.routes import ROUTES as PORTAL
from booking.web.refusals import TooLarge, Unreachable, broken, not_http, refused, unreachable, unreadable
from booking.web.site.routes import ROUTES as SITE
from booking.web.static_files import ROUTES as STATIC
from booking.web.urls import Urls

# A form with everything filled in is far below this; only the upload of a record asks for more.
MAX_BODY = 1_000_000


def create_app(services: Services, more_routes: list[Ruled] | None = None) -> Starlette:
    """The application. Raises NoPolicy if a route does not say who may use it."""
    # They are asked in turn, and a hundred that say no cost a partner's system more than its answer.
    routes = [*API, *SITE, *PORTAL, *DESK, *STATIC, *(more_routes or [])]
    require_policies(routes)
    app = Starlette(
        routes=routes,
        lifespan=partial(_lifespan, services=services),
        middleware=[
            Middleware(Surroundings, services=services, unreachable=_answering(Unreachable())),
            Middleware(BodyLimit, refuse=_answering(TooLarge()), at_most=MAX_BODY),
            Middleware(Deadlines),
            Middleware(CleanPaths, refuse=_answering(Refusal())),
            Middleware(SameOrigin, refuse=_answering(Forbidden())),
        ],
        exception_handlers={
            Refusal: refused,
            HTTPException: not_http,
            OperationalError: unreadable,
            **dict.fromkeys(UNREACHABLE, unreachable),
            Exception: broken,
        },
    )
    app.state.services = services
    app.state.urls = Urls(routes)
    app.state.kept_pages = KeptPages()
    return app


def live_app() -> Starlette:
    """The application as the environment describes it: what `python -m booking web` serves."""
    app = create_app(connect(Settings.from_env(os.environ)))
    # What the program itself consists of stays: a look through all of it for garbage would stop every request for a tenth of a second.
    # What a request leaves is looked for less often than Python does by itself: most of it is gone without a look.
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    return app


def demo_app() -> Starlette:
    """The same with its outside world simulated beside it, on the demo's clock."""
    # What only the demo has is loaded only there.
    from booking.demo.clock import DemoClock  # noqa: PLC0415
    from booking.demo.outside import beside  # noqa: PLC0415
    from booking.demo.people import routes  # noqa: PLC0415
    from booking.demo.surroundings import Folder  # noqa: PLC0415

    settings = Settings.from_env(os.environ)
    folder = Folder.from_env(os.environ).path
    clock = DemoClock.from_env(os.environ)
    services = replace(connect(settings), now=clock)
    return beside(create_app(services, routes(clock)), settings, clock, folder)


@asynccontextmanager
async def _lifespan(_app: Starlette, services: Services) -> AsyncIterator[None]:
    keys.use_secret(services.settings.secret_key)
    async with database(services.settings.database.credentials()):
        yield


def _answering(refusal: Refusal) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        response = await refused(Request(scope, receive), refusal)
        await response(scope, receive, send)

    return answer

"""The web application as its visitors meet it, over ASGI, in the test's own transaction."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime

import httpx
import pytest
from starlette.applications import Starlette

from booking.accounts.models import Person, Staff
from booking.accounts.sessions import open_session
from booking.app import create_app
from booking.demo.world import World
from booking.services import Services
from booking.web.middleware import session_cookie

HERE = "http://leeward.test"


class Visit:
    """Browsers, one per person: `await visit.as_("samuel")`, or `visit.anonymous`."""

    def __init__(self, app: Starlette, world: World, services: Services, stack: AsyncExitStack) -> None:
        self.app = app
        self.world = world
        self.services = services
        self._stack = stack
        self.anonymous = self.browser()

    def browser(self) -> httpx.AsyncClient:
        """A browser with an empty cookie jar. It follows no redirects by itself."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=HERE)

    async def as_(self, who: str | Person) -> httpx.AsyncClient:
        """A browser signed in as a person, by their key in the example's data; staff with both their secrets."""
        person = self.world.people[who] if isinstance(who, str) else who
        post = await Staff.get_or_none(person_id=person.id)
        token = await open_session(person.id, now=self.services.now(), staff_id=post.id if post else None)
        browser = await self._stack.enter_async_context(self.browser())
        browser.cookies.set(session_cookie(self.services), token)
        return browser

    def partner(self) -> httpx.AsyncClient:
        """A partner's system, with the example's key."""
        browser = self.browser()
        browser.headers["Authorization"] = f"Bearer {self.world.partner_key}"
        return browser


@pytest.fixture
def app(services: Services) -> Starlette:
    return create_app(services)


@pytest.fixture
async def visit(app: Starlette, world: World, services: Services, now: datetime) -> AsyncIterator[Visit]:
    async with AsyncExitStack() as stack:
        yield Visit(app, world, services, stack)

"""Public pages, rendered once for everyone who is not signed in.

Such a page depends on its address, its language and what it is made from, and on nothing else: no person, no form's secret.
Whoever is signed in gets it rendered for them.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Self

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from booking.web.request import language_of, viewer_of

AT_MOST: Final = 256

# A browser may keep the page, and asks each time whether it still stands.
FOR_BROWSERS: Final = {"Cache-Control": "no-cache", "Vary": "Accept-Language, Cookie"}


@dataclass(frozen=True, slots=True)
class KeptPage:
    body: bytes
    etag: str

    @classmethod
    def of(cls, body: str) -> Self:
        written = body.encode()
        return cls(written, f'"{hashlib.sha256(written).hexdigest()[:32]}"')


Key = tuple[str, str, str]


class KeptPages:
    """An application's pages by address, language and what they were made from; the oldest goes when there are too many."""

    def __init__(self) -> None:
        self._pages: dict[Key, KeptPage] = {}

    def find(self, key: Key) -> KeptPage | None:
        return self._pages.get(key)

    def keep(self, key: Key, page: KeptPage) -> None:
        if len(self._pages) >= AT_MOST:
            del self._pages[next(iter(self._pages))]
        self._pages[key] = page


async def public_page(
    request: Request, edition: Callable[[], Awaitable[str]], make: Callable[[], Awaitable[str]]
) -> Response:
    """The page that `make` renders. What `edition` says changes whenever anything does that the page is made from."""
    if not viewer_of(request).is_anonymous:
        return HTMLResponse(await make())
    page = await _found_or_made(request, edition, make)
    headers = {**FOR_BROWSERS, "ETag": page.etag}
    if page.etag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    return HTMLResponse(page.body, headers=headers)


async def _found_or_made(
    request: Request, edition: Callable[[], Awaitable[str]], make: Callable[[], Awaitable[str]]
) -> KeptPage:
    pages: KeptPages = request.app.state.kept_pages
    made_from = await edition()
    key = request.scope["path"], language_of(request), made_from
    page = pages.find(key)
    if page is None:
        page = KeptPage.of(await make())
        if await edition() == made_from:  # else it may be of the edition before or after, and nobody knows which
            pages.keep(key, page)
    return page

"""What happens around every request, as plain ASGI: an id, a moment, a viewer, a language, and the headers that protect.

Who only lets a request pass, or does not, is no coroutine of its own: it hands on the next one's, so that nothing of it is left
on the way that each of the request's waits goes down.
"""

import hashlib
import secrets
from collections.abc import Awaitable, Mapping
from datetime import timedelta
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from time import perf_counter
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from starlette.datastructures import Headers
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from booking.accounts.viewers import ANONYMOUS, Viewer, viewer_of_partner_key, viewer_of_session
from booking.kit.db import UNREACHABLE
from booking.kit.logs import logger, request_id
from booking.kit.words import SOURCE_LANGUAGE, known_language
from booking.services import Services

log = logger(__name__)

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LANGUAGE_COOKIE: Final = "language"

# The headers of a request as they came, by their names in small letters.
Told = Mapping[bytes, bytes]

# Stripe's page is where a deposit's form leads: a browser applies form-action to redirects too.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'self' https://checkout.stripe.com{more}; frame-ancestors 'self'"
)


def session_cookie(services: Services) -> str:
    """The session cookie's name. Cookies ignore ports, so two demos on one machine need two names."""
    settings = services.settings
    name = f"leeward-{hashlib.sha256(settings.secret_key.encode()).hexdigest()[:8]}"
    return f"__Host-{name}" if settings.public_url.startswith("https:") else name


class Surroundings:
    """Gives each request its id, its moment, its viewer and its language, and logs how it went.

    `unreachable` answers while nobody can be recognised, because the database is down.
    """

    def __init__(self, app: ASGIApp, services: Services, unreachable: ASGIApp) -> None:
        self.app = app
        self.services = services
        self.unreachable = unreachable
        self.protection = _protection(services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = perf_counter(), 500
        state = scope.setdefault("state", {})
        state["request_id"] = secrets.token_hex(8)
        state["now"] = self.services.now()
        request_id.set(state["request_id"])

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._protect(scope, message, state["request_id"])
            await send(message)

        try:
            told = state["headers"] = dict(reversed(scope["headers"]))  # of two with one name the first
            cookies = _cookies(told)
            known = await self._known(scope, told, cookies)
            state["viewer"] = known or ANONYMOUS
            state["language"] = _language(told, cookies, state["viewer"])
            await (self.app if known else self.unreachable)(scope, receive, noting)
        finally:
            log.info(
                "request",
                method=scope["method"],
                route=getattr(scope.get("route"), "path", None),
                status=status,
                ms=round((perf_counter() - began) * 1000, 1),
            )

    async def _known(self, scope: Scope, told: Told, cookies: dict[str, str]) -> Viewer | None:
        try:
            return await self._viewer(scope, told, cookies)
        except UNREACHABLE as fault:
            log.error("database.unreachable", fault=fault)  # noqa: TRY400 - a fault's text may quote data
            return None

    async def _viewer(self, scope: Scope, told: Told, cookies: dict[str, str]) -> Viewer:
        path: str = scope["path"]
        if path.startswith(("/static/", "/healthz")):
            return ANONYMOUS
        now = scope["state"]["now"]
        if path.startswith("/api/"):
            scheme, _, key = _said(told, b"authorization").partition(" ")
            return await viewer_of_partner_key(key.strip(), now) if scheme.lower() == "bearer" else ANONYMOUS
        token = cookies.get(session_cookie(self.services))
        return await viewer_of_session(token, now) if token else ANONYMOUS

    def _protect(self, scope: Scope, message: Message, request: str) -> None:
        """Give the answer what it does not say itself."""
        said = {name for name, _value in message["headers"]}
        more = [each for each in self.protection if each[0] not in said]
        if b"cache-control" not in said and not scope["path"].startswith("/static/"):
            more.append((b"cache-control", b"no-store"))
        message["headers"] = [*message["headers"], (b"x-request-id", request.encode()), *more]


def _protection(services: Services) -> list[tuple[bytes, bytes]]:
    """The headers of every answer, the same for all."""
    settings = services.settings
    base = settings.stripe_api_base
    simulator = f" {urlsplit(base).scheme}://{urlsplit(base).netloc}" if base else ""
    headers = {
        "content-security-policy": POLICY.format(more=simulator),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
    }
    if settings.public_url.startswith("https:"):
        headers["strict-transport-security"] = f"max-age={int(timedelta(days=365).total_seconds())}"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class SameOrigin:
    """Refuses a form that another site made the browser send.

    Cookies are SameSite=Lax; this is the second lock: Sec-Fetch-Site where the browser says it,
    else the Origin. A caller that sends neither is no browser and carries no one's cookies by accident.
    """

    def __init__(self, app: ASGIApp, refuse: ASGIApp) -> None:
        self.app = app
        self.refuse = refuse

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return (self.app if scope["type"] != "http" or _from_our_pages(scope) else self.refuse)(scope, receive, send)


def _from_our_pages(scope: Scope) -> bool:
    if scope["method"] in SAFE_METHODS or not _cookie_road(scope["path"]):
        return True
    headers = Headers(scope=scope)
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    return site in {"same-origin", "none"} if site else origin is None or _host(origin) == headers.get("host")


class BodyLimit:
    """Refuses a body larger than the application takes, or than its route does, in the product's own voice.

    Starlette counts; what it would say itself is a line of plain text without any of our headers. A body that says it is small
    is not counted: the server reads no more of it than it says.
    """

    def __init__(self, app: ASGIApp, refuse: ASGIApp, at_most: int) -> None:
        self.app = app
        self.counting = RequestBodyLimitMiddleware(app, max_body_size=at_most)
        self.refuse = refuse
        self.at_most = at_most

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        counted = scope["type"] == "http" and not self._says_it_is_small(scope)
        return (self._counted if counted else self.app)(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = False

        async def in_our_voice(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start":
                refused = message["status"] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and _is_plain(message)
                if refused:
                    await self.refuse(scope, receive, send)
            if not refused:
                await send(message)

        await self.counting(scope, receive, in_our_voice)

    def _says_it_is_small(self, scope: Scope) -> bool:
        told: Told = scope["state"]["headers"]
        length = told.get(b"content-length", b"0")
        declared = length.isdigit() and len(length) <= len(str(self.at_most)) and int(length) <= self.at_most
        return declared and b"transfer-encoding" not in told


def _is_plain(message: Message) -> bool:
    return Headers(scope=message).get("content-type", "").startswith("text/plain")


class CleanPaths:
    """Refuses a path or query with a NUL or broken UTF-8 before any handler or query sees it."""

    def __init__(self, app: ASGIApp, refuse: ASGIApp) -> None:
        self.app = app
        self.refuse = refuse

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return (self.refuse if scope["type"] == "http" and not _decent(scope) else self.app)(scope, receive, send)


def _decent(scope: Scope) -> bool:
    raw = scope.get("raw_path", b"") + b"?" + scope.get("query_string", b"")
    if b"%" in raw:
        raw = unquote_to_bytes(raw)
    if b"\0" in raw:
        return False
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _cookie_road(path: str) -> bool:
    return not path.startswith(("/api/", "/hooks/", "/simulated/"))


def _host(origin: str) -> str:
    return urlsplit(origin).netloc


def _said(told: Told, name: bytes) -> str:
    return told.get(name, b"").decode("latin-1")


def _cookies(told: Told) -> dict[str, str]:
    if b"cookie" not in told:
        return {}
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(_said(told, b"cookie"))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _language(told: Told, cookies: dict[str, str], viewer: Viewer) -> str:
    """The reader's choice first (they may have switched a page), then their account's, then their browser's."""
    for tag in (cookies.get(LANGUAGE_COOKIE), viewer.language, *_accepted(_said(told, b"accept-language"))):
        if tag and (known := known_language(tag)):
            return known
    return SOURCE_LANGUAGE


def _accepted(header: str) -> list[str]:
    """The tags of Accept-Language, best first."""
    if not header:  # a program's request: most of the hot path's
        return []
    weighed = []
    for part in header.split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((float(weight or 1), tag))
        except ValueError:
            continue
    return [tag for _, tag in sorted(weighed, key=lambda each: -each[0])]

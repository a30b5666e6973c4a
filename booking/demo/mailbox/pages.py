"""The mailbox as pages: who got mail, what it says, what is attached. For the demo and the tests, and it says so."""

from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from booking.demo.mailbox.reading import attachments_of, html_of, links_in, text_of
from booking.demo.mailbox.store import Kept, MailStore
from booking.kit import words
from booking.kit.times import show_date

TEMPLATES: Final = Path(__file__).parent.parent.parent.parent / "templates" / "simulated" / "mailbox"

PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'"
)
# A mail's own styles stand on its elements. It runs nothing, loads nothing, and its links open apart from the frame.
MAIL_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none';"
    " frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
NEVER_KEPT: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


def create_mailbox(store_path: Path, base_path: str = "") -> Starlette:
    """The pages over a mailbox's file, as an application that is mounted at `base_path` or stands alone."""
    store = MailStore(store_path)
    pages = _Pages(store, base_path.rstrip("/"))
    return Starlette(
        routes=[
            Route("/", pages.everyone),
            Route("/messages.json", pages.as_json),
            Route("/mailbox.css", pages.styles),
            Route("/mails/{number:int}", pages.mail),
            Route("/mails/{number:int}/html", pages.html),
            Route("/mails/{number:int}/source", pages.source),
            Route("/mails/{number:int}/attachments/{part:int}", pages.attachment),
        ]
    )


class _Pages:
    def __init__(self, store: MailStore, base: str) -> None:
        self._store = store
        self._base = base
        self._templates = _environment()

    async def everyone(self, request: Request) -> Response:
        """Newest first, everyone's or one recipient's."""
        to = request.query_params.get("to") or None
        mails = [(kept, kept.parsed()) for kept in self._store.newest(to)]
        return self._page(request, "list.html", mails=mails, to=to, recipients=self._store.recipients())

    async def mail(self, request: Request) -> Response:
        kept, parsed = self._found(request)
        text, attachments = text_of(parsed), attachments_of(parsed)
        return self._page(request, "mail.html", kept=kept, mail=parsed, text=text, attachments=attachments)

    async def html(self, request: Request) -> Response:
        """The mail's HTML, for the sandboxed frame of its page."""
        _kept, parsed = self._found(request)
        return HTMLResponse(html_of(parsed), headers={**NEVER_KEPT, "Content-Security-Policy": MAIL_POLICY})

    async def source(self, request: Request) -> Response:
        kept, _parsed = self._found(request)
        return PlainTextResponse(kept.raw.decode("utf-8", "replace"), headers=NEVER_KEPT)

    async def attachment(self, request: Request) -> Response:
        _kept, parsed = self._found(request)
        for attached in attachments_of(parsed):
            if attached.number == request.path_params["part"]:
                name = attached.name.encode("ascii", "replace").decode().replace('"', "")
                return Response(
                    attached.content,
                    media_type=attached.media_type,
                    headers={**NEVER_KEPT, "Content-Disposition": f'attachment; filename="{name}"'},
                )
        raise HTTPException(404)

    async def as_json(self, request: Request) -> Response:
        """For tests: every mail, newest first, with its text and its links; `?to=` for one recipient's."""
        mails = self._store.newest(request.query_params.get("to") or None)
        return JSONResponse([_as_json(kept) for kept in mails], headers=NEVER_KEPT)

    async def styles(self, _request: Request) -> Response:
        return Response((TEMPLATES / "mailbox.css").read_text(), media_type="text/css")

    def _found(self, request: Request) -> tuple[Kept, EmailMessage]:
        kept = self._store.one(request.path_params["number"])
        if kept is None:
            raise HTTPException(404)
        return kept, kept.parsed()

    def _page(self, request: Request, template: str, **context: Any) -> Response:
        with words.speaking(_language(request)):
            told = {"base": self._base, "language": words.language(), "direction": words.direction(words.language())}
            rendered = self._templates.get_template(template).render(**told, **context)
        return HTMLResponse(rendered, headers={**NEVER_KEPT, "Content-Security-Policy": PAGE_POLICY})


def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
    )
    env.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]  # the i18n extension adds it
    env.filters["arrived"] = lambda at: f"{show_date(at, words.language())}, {at:%H:%M} UTC"
    return env


def _language(request: Request) -> str:
    """As on the product's pages: what the reader chose there, or else their browser's."""
    accepted = request.headers.get("accept-language", "").split(",")[0]
    wanted = (request.cookies.get("language"), accepted)
    return next((known for tag in wanted if (known := words.known_language(tag))), words.SOURCE_LANGUAGE)


@lru_cache(maxsize=1_000)  # tests ask many times a second whether one more has come
def _as_json(kept: Kept) -> dict[str, Any]:
    parsed = kept.parsed()
    return {
        "id": kept.id,
        "at": kept.arrived_at.isoformat(),
        "to": kept.recipient,
        "from": str(parsed["From"]),
        "subject": str(parsed["Subject"]),
        "message_id": str(parsed["Message-ID"]),
        "text": text_of(parsed),
        "links": links_in(parsed),
        "attachments": [{"name": each.name, "media_type": each.media_type} for each in attachments_of(parsed)],
    }

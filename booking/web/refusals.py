"""How a refusal or a fault is answered: a page in the product's voice, or a problem (RFC 9457) for a program."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from tortoise.exceptions import OperationalError

from booking.kit.errors import NotFound, Refusal
from booking.kit.logs import logger
from booking.kit.words import SOURCE_LANGUAGE, Text, _
from booking.web.pages import environment, page

log = logger(__name__)


class TooLarge(Refusal):
    status = 413
    say = _("That is larger than we can take.")


class Unreachable(Refusal):
    """The database does not answer. What was just sent may have been kept or not."""

    status = 503
    say = _(
        "We cannot reach our records just now. Please try again in a minute. If you were paying, look at your booking "
        "before you pay again."
    )


RETRY_AFTER: Final = {"Retry-After": "10"}

TEMPLATES = {
    403: "errors/403.html",
    404: "errors/404.html",
    409: "errors/409.html",
    422: "errors/422.html",
    429: "errors/429.html",
    503: "errors/503.html",
}
SENTENCES: dict[int, Text] = {
    400: _("We could not read that request."),
    404: NotFound.say,
    405: _("This address does not do that."),
    413: TooLarge.say,
}


async def refused(request: Request, refusal: Exception) -> Response:
    """A Refusal: its own status and sentence."""
    if not isinstance(refusal, Refusal):
        raise refusal
    return _answer(request, refusal.status, refusal.text, refusal.code, getattr(refusal, "errors", None))


async def not_http(request: Request, fault: Exception) -> Response:
    """Starlette's own: no such route, wrong method, too large."""
    if not isinstance(fault, HTTPException):
        raise fault
    say = SENTENCES.get(fault.status_code, Refusal.say)
    code = HTTPStatus(fault.status_code).phrase.lower().replace(" ", "-")
    answer = _answer(request, fault.status_code, say, code, None)
    answer.headers.update(fault.headers or {})
    return answer


async def unreadable(request: Request, fault: Exception) -> Response:
    """The database could not read a value (a NUL byte, a number too large): the asker's fault, not ours."""
    cause = type(fault.__cause__).__name__
    if not isinstance(fault, OperationalError) or cause not in {
        "DataError",
        "CharacterNotInRepertoireError",
        "NumericValueOutOfRangeError",
    }:
        return await broken(request, fault)
    return _answer(request, 400, SENTENCES[400], "bad-request", None)


async def unreachable(request: Request, fault: Exception) -> Response:
    """The database does not answer: a while later it will, and nobody need do anything for it but try again."""
    log.error("database.unreachable", fault=fault)
    refusal = Unreachable()
    answer = _answer(request, refusal.status, refusal.text, refusal.code, None)
    answer.headers.update(RETRY_AFTER)
    return answer


async def broken(request: Request, fault: Exception) -> Response:
    """A fault of ours: logged with its place, shown with the request's id, and never a trace of the code."""
    number = getattr(request.state, "request_id", "")
    log.error("fault", fault=fault, route=getattr(request.scope.get("route"), "path", None))
    if _wants_json(request):
        return problem(500, "internal-error", "Something went wrong on our side. Please try again.", request=number)
    language = getattr(request.state, "language", SOURCE_LANGUAGE)
    return HTMLResponse(environment().get_template("errors/500.html").render(language=language, number=number), 500)


def _answer(request: Request, status: int, say: Text, code: str, errors: dict[str, Text] | None) -> Response:
    language = getattr(request.state, "language", SOURCE_LANGUAGE)
    if _wants_json(request):
        told = {name: why.into(language) for name, why in errors.items()} if errors else None
        return problem(status, code, say.into(language), errors=told)
    template = TEMPLATES.get(status, "errors/400.html")
    return page(request, template, status, say=say, errors=errors or {})


def problem_body(refusal: Refusal, language: str, **more: Any) -> dict[str, Any]:
    """A refusal as RFC 9457 tells it: `type` names it and stays the same for ever; `title` is for people."""
    return _body(refusal.status, refusal.code, refusal.text.into(language), more)


def _body(status: int, code: str, title: str, more: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in more.items() if value is not None}
    return {"type": f"urn:leeward:{code}", "title": title, "status": status, **said}


def problem(status: int, code: str, title: str, **more: Any) -> JSONResponse:
    """A problem as an answer, with its own media type."""
    body = _body(status, code, title, more)
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/hooks/"))

"""Records sent along with a request, while it is written: the last thing that is asked for, and optional."""

from collections.abc import AsyncIterator
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from booking.consultations.screens import screens_for
from booking.documents.models import Document
from booking.journeys import add_record
from booking.journeys import request_consultation as journey
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, place_of, services_of
from booking.web.site import ask_cookie
from booking.web.uploads import LARGEST_FORM, keep_files


async def records(request: Request) -> Response:
    return await _show(request, None)


async def add(request: Request) -> Response:
    services, form = services_of(request), Form()
    # Whoever has no request here is told so before their file is on its way into the house.
    await journey.look(ask_cookie.needed(request), now=now_of(request))

    async def keep(name: str, chunks: AsyncIterator[bytes]) -> Document:
        return await add_record.add_to_request(
            ask_cookie.needed(request),
            name,
            chunks,
            files=services.files,
            place=place_of(request),
            pepper=services.staff_secrets.pepper,
            now=now_of(request),
        )

    if (why := await keep_files(request, keep)) is not None:
        form.refuse("file", why)
    return redirect(request, "ask:records") if form.ok else await _show(request, form, 422)


async def remove(request: Request) -> Response:
    await add_record.remove_from_request(ask_cookie.needed(request), request.path_params["code"], now=now_of(request))
    return redirect(request, "ask:records")


async def _show(request: Request, form: Form | None, status: int = 200) -> Response:
    writing = await journey.look(ask_cookie.needed(request), now=now_of(request))
    asked = screens_for(writing.given)
    return page(
        request,
        "site/ask/records.html",
        status,
        clinic=writing.clinic,
        records=writing.records,
        form=form,
        number=len(asked) + 1,
        before=asked[-1].key,
        remove_address=partial(request.app.state.urls, "ask:remove-record"),
    )


ROUTES = [
    route("/ask/records", records, name="ask:records", who=Who.ANYONE),
    route("/ask/records", add, name="ask:records", who=Who.ANYONE, methods=["POST"], max_body_size=LARGEST_FORM),
    route("/ask/records/{code}/remove", remove, name="ask:remove-record", who=Who.ANYONE, methods=["POST"]),
]

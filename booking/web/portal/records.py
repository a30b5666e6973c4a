"""The records of a case: sending, reading and taking back."""

from collections.abc import AsyncIterator
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from booking.documents.models import Document
from booking.journeys import add_record
from booking.journeys.read_record import list_records, open_record
from booking.web.downloads import file_response
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, services_of, viewer_of
from booking.web.uploads import LARGEST_FORM, keep_files


async def records(request: Request) -> Response:
    return await _show(request, None)


async def add(request: Request) -> Response:
    viewer, code, form = viewer_of(request), request.path_params["code"], Form()
    # Whoever may not send records here is told so before their file is on its way into the house.
    await list_records(viewer, code, now=now_of(request))

    async def keep(name: str, chunks: AsyncIterator[bytes]) -> Document:
        files = services_of(request).files
        return await add_record.add_to_case(viewer, code, name, chunks, files=files, now=now_of(request))

    if (why := await keep_files(request, keep)) is not None:
        form.refuse("file", why)
    return redirect(request, "portal:records", code=code) if form.ok else await _show(request, form, 422)


async def remove(request: Request) -> Response:
    code = request.path_params["code"]
    await add_record.remove_from_case(viewer_of(request), code, request.path_params["record"], now=now_of(request))
    return redirect(request, "portal:records", code=code)


async def record(request: Request) -> Response:
    opened = await open_record(
        viewer_of(request), request.path_params["code"], files=services_of(request).files, now=now_of(request)
    )
    return await file_response(opened)


async def _show(request: Request, form: Form | None, status: int = 200) -> Response:
    code = request.path_params["code"]
    case, found = await list_records(viewer_of(request), code, now=now_of(request))
    urls = request.app.state.urls

    def remove_address(code: str) -> str:
        address: str = urls("portal:remove-record", code=case.code, record=code)
        return address

    return page(
        request,
        "portal/records.html",
        status,
        case=case,
        records=found,
        form=form,
        remove_address=remove_address,
        address=partial(urls, "portal:record"),
        zone=viewer_of(request).zone,
    )


ROUTES = [
    route("/portal/cases/{code}/records", records, name="portal:records", who=Who.FAMILY),
    route(
        "/portal/cases/{code}/records",
        add,
        name="portal:records",
        who=Who.FAMILY,
        methods=["POST"],
        max_body_size=LARGEST_FORM,
    ),
    route(
        "/portal/cases/{code}/records/{record}/remove",
        remove,
        name="portal:remove-record",
        who=Who.FAMILY,
        methods=["POST"],
    ),
    route("/portal/records/{code}", record, name="portal:record", who=Who.FAMILY),
]

"""A case with its whole story, and its records."""

from starlette.requests import Request
from starlette.responses import Response

from booking.aftercare.scales import SCALES
from booking.journeys.desk_file import open_desk_file
from booking.journeys.read_record import open_record
from booking.web.desk import said
from booking.web.desk.choices import choices_of
from booking.web.downloads import file_response
from booking.web.pages import page
from booking.web.policy import Who, route
from booking.web.request import language_of, now_of, services_of, viewer_of


async def case(request: Request) -> Response:
    viewer = viewer_of(request)
    code, language = request.path_params["code"], language_of(request)
    opened = await open_desk_file(viewer, code, now=now_of(request), language=language)
    return page(
        request,
        "desk/case.html",
        desk=opened,
        file=opened.file,
        zone=opened.file.clinic.zone,
        choices=choices_of(opened.file, viewer),
        said=said,
        scales=SCALES,
    )


async def record(request: Request) -> Response:
    code, files = request.path_params["code"], services_of(request).files
    return await file_response(await open_record(viewer_of(request), code, files=files, now=now_of(request)))


ROUTES = [
    route("/desk/cases/{code}", case, name="desk:case", who=Who.STAFF),
    route("/desk/records/{code}", record, name="desk:record", who=Who.STAFF),
]

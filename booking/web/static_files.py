"""Static files, cached for ever under an address that changes with their content."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from booking.web.pages import STATIC
from booking.web.policy import Who, route

_files = StaticFiles(directory=STATIC, check_dir=False)


async def static_file(request: Request) -> Response:
    response = await _files.get_response(request.path_params["path"], request.scope)
    versioned = "v" in request.query_params
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "public, max-age=300"
    return response


ROUTES = [route("/static/{path:path}", static_file, name="static", who=Who.ANYONE)]

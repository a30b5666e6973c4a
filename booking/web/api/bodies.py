"""Reading JSON bodies and writing JSON answers."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from booking.kit.errors import Invalid, Refusal
from booking.kit.json_text import json_of
from booking.kit.words import Text, _

Body = TypeVar("Body", bound=BaseModel)


class NotJson(Refusal):
    status = 400
    say = _("The body must be JSON, in UTF-8.")


async def read_body(request: Request, shape: type[Body]) -> Body:
    """The body in its shape. Raises NotJson, and Invalid with every place that is wrong."""
    raw = await request.body()
    try:
        return shape.model_validate_json(raw)
    except ValidationError as fault:
        if any(error["type"] == "json_invalid" for error in fault.errors()):
            raise NotJson from fault
        wrong = {
            ".".join(map(str, error["loc"])) or "body": Text(error["msg"].replace("%", "%%"))
            for error in fault.errors()
        }
        raise Invalid(wrong) from fault


def answer(body: object, status: int = 200) -> Response:
    """One of the shapes that partners get."""
    return Response(json_of(body), status, media_type="application/json")

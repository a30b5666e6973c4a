"""The API's description, made from the shapes that it really reads and writes."""

from functools import cache
from typing import Any, Final, Literal

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from booking.consultations.screens import SCREENS, Field, Kind
from booking.kit.words import SOURCE_LANGUAGE
from booking.web.api import shapes
from booking.web.policy import Who, route

SPOKEN: Final = (
    shapes.Programmes,
    shapes.Windows,
    shapes.CaseRequest,
    shapes.CaseShape,
    shapes.HoldRequest,
    shapes.BookingShape,
    shapes.ItineraryShape,
    shapes.Problem,
)
REF: Final = "#/components/schemas/{model}"
ARRAYS: Final = frozenset({Kind.SEVERAL})

Json = dict[str, Any]


async def openapi(_request: Request) -> Response:
    """OpenAPI 3.1."""
    return JSONResponse(description())


@cache
def description() -> Json:
    """The whole description. The same for everyone."""
    spoken: list[tuple[str, Literal["validation"], TypeAdapter[Any]]] = [
        (shape.__name__, "validation", TypeAdapter(shape)) for shape in SPOKEN
    ]
    _, schemas = TypeAdapter.json_schemas(spoken, ref_template=REF)
    known = schemas["$defs"]
    known["CaseRequest"]["properties"]["answers"] = _answers()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Leeward for partners",
            "version": "1",
            "description": "Send `Authorization: Bearer <key>`. Errors are problems (RFC 9457).",
        },
        "security": [{"key": []}],
        "paths": _paths(),
        "components": {"schemas": known, "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    }


def _paths() -> Json:
    days = [_query("from", "First start wanted, clinic-local"), _query("to", "Last start wanted, clinic-local")]
    words = {"name": "interpreter", "in": "query", "schema": {"type": "string"}, "description": "Language, `ar`"}
    once = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}
    return {
        "/api/v1/programmes": {"get": _operation("Programmes that can be asked for", shapes.Programmes)},
        "/api/v1/programmes/{slug}/windows": {
            "get": _operation("Starts that are really free", shapes.Windows, [_path("slug"), *days, words])
        },
        "/api/v1/cases": {
            "post": _operation("Ask for a consultation", shapes.CaseShape, body=shapes.CaseRequest, status="201")
        },
        "/api/v1/cases/{code}": {"get": _operation("Where a case stands", shapes.CaseShape, [_path("code")])},
        "/api/v1/cases/{code}/hold": {
            "post": _operation(
                "Hold the dates of a window",
                shapes.BookingShape,
                [_path("code"), once],
                body=shapes.HoldRequest,
                status="201",
            )
        },
        "/api/v1/bookings/{code}/hold": {
            "delete": _operation("Let held dates go", shapes.BookingShape, [_path("code")])
        },
        "/api/v1/bookings/{code}/itinerary": {
            "get": _operation("A booking's itinerary", shapes.ItineraryShape, [_path("code")])
        },
    }


def _operation(
    summary: str,
    answer: type,
    parameters: list[Json] | None = None,
    *,
    body: type | None = None,
    status: str = "200",
) -> Json:
    said: Json = {
        "summary": summary,
        "parameters": parameters or [],
        "responses": {
            status: {"description": "Done", "content": _content(answer, "application/json")},
            "default": {"description": "A problem", "content": _content(shapes.Problem, "application/problem+json")},
        },
    }
    if body is not None:
        said["requestBody"] = {"required": True, "content": _content(body, "application/json")}
    return said


def _content(model: type, media_type: str) -> Json:
    return {media_type: {"schema": {"$ref": REF.format(model=model.__name__)}}}


def _path(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query(name: str, what: str) -> Json:
    return {"name": name, "in": "query", "schema": {"type": "string", "format": "date"}, "description": what}


def _answers() -> Json:
    """The questions of the website as a JSON object: partners ask the same ones, and are read by the same rules."""
    fields = [field for screen in SCREENS for field in screen.fields]
    return {"type": "object", "properties": {field.key: _schema(field) for field in fields}}


def _schema(field: Field) -> Json:
    one: Json = {"type": "string"}
    if field.choices:
        one["enum"] = list(field.choices)
    shape = {"type": "array", "items": one} if field.kind in ARRAYS else one
    return {**shape, "description": field.label.into(SOURCE_LANGUAGE)}


ROUTES = [route("/api/v1/openapi.json", openapi, name="api:openapi", who=Who.ANYONE)]

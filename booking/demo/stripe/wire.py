"""How Stripe's API speaks: bracketed forms, errors, ids, pages of a list."""

import re
import secrets
import string
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import parse_qsl

from booking.demo.stripe.store import Body, shown

API_VERSION: Final = "2026-10-28.endive"
LETTERS: Final = string.ascii_letters + string.digits


class ApiError(Exception):
    """An error in Stripe's shape. `executed`: work had begun, so an idempotency key keeps the answer."""

    def __init__(self, status: int, kind: str, message: str, *, executed: bool = False, **more: Any) -> None:
        super().__init__(message)
        self.status, self.executed = status, executed
        self.body: Body = {"error": {"type": kind, "message": message, **more}}


def invalid(message: str, *, executed: bool = False, **more: str) -> ApiError:
    return ApiError(400, "invalid_request_error", message, executed=executed, **more)


def missing(kind: str, thing_id: str, param: str = "id") -> ApiError:
    message = f"No such {kind}: '{thing_id}'"
    return ApiError(404, "invalid_request_error", message, code="resource_missing", param=param)


def new_id(prefix: str, length: int = 24) -> str:
    return f"{prefix}_" + "".join(secrets.choice(LETTERS) for _ in range(length))


def nested(encoded: str) -> Body:
    """`a[b][0][c]=1` as nested dictionaries; the numbers of a list are keys."""
    tree: Body = {}
    for position, (name, value) in enumerate(parse_qsl(encoded, keep_blank_values=True)):
        # `types[]=` has no number: its place in the body serves as one.
        path = [part or str(position) for part in re.split(r"\]\[|\[|\]$", name.rstrip("]"))]
        place = tree
        for part in path[:-1]:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                raise invalid("Invalid hash", param=path[0])
            place = inner
        place[path[-1]] = value
    return tree


def only(params: Body, allowed: Iterable[str]) -> None:
    """Refuse what Stripe does not know: a simulator that swallows typing errors hides them until production."""
    for name in params:
        if name not in {*allowed, "expand"}:
            raise invalid(f"Received unknown parameter: {name}", param=name, code="parameter_unknown")


def needed(params: Body, name: str, param: str | None = None) -> Any:
    if params.get(name) in (None, "", {}):
        shown_as = param or name
        raise invalid(f"Missing required param: {shown_as}.", param=shown_as, code="parameter_missing")
    return params[name]


def whole(value: Any, param: str) -> int:
    if not re.fullmatch(r"-?\d{1,12}", str(value)):
        raise invalid(f"Invalid integer: {value}", param=param, code="parameter_invalid_integer")
    return int(value)


def listed(path: str, newest_first: list[Body], params: Body, wanted: Callable[[Body], bool]) -> Body:
    """One page of a list, as Stripe pages: `limit`, `starting_after`, `created[gte]` and its kin."""
    limit = whole(params.get("limit", 10), "limit")
    if not 1 <= limit <= 100:  # noqa: PLR2004 - Stripe's bounds
        raise invalid("This value must be between 1 and 100 (inclusive).", param="limit")
    created = params.get("created", {})
    bounds = created if isinstance(created, dict) else {"gte": created, "lte": created}
    found = [body for body in newest_first if wanted(body) and _within(body["created"], bounds)]
    if after := params.get("starting_after"):
        places = [place for place, body in enumerate(found) if body["id"] == after]
        if not places:
            raise missing("object", after, "starting_after")
        found = found[places[0] + 1 :]
    return {
        "object": "list",
        "url": path,
        "has_more": len(found) > limit,
        "data": [shown(body) for body in found[:limit]],
    }


def _within(created: int, bounds: Body) -> bool:
    tests: dict[str, Callable[[int, int], bool]] = {
        "gt": int.__gt__,
        "gte": int.__ge__,
        "lt": int.__lt__,
        "lte": int.__le__,
    }
    return all(
        tests[name](created, whole(value, f"created[{name}]")) for name, value in bounds.items() if name in tests
    )

"""For whatever keeps the processes running: is it alive, and may it be given work."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from booking.kit.db import run
from booking.web.policy import Who, route


async def alive(_request: Request) -> Response:
    """200 while the process answers at all; touches nothing."""
    return JSONResponse({"status": "alive"})


async def ready(_request: Request) -> Response:
    """200 once the database answers and its schema is there."""
    await run('SELECT 1 FROM "case" LIMIT 1')
    return JSONResponse({"status": "ready"})


ROUTES = [
    route("/healthz", alive, name="api:health", who=Who.ANYONE),
    route("/readyz", ready, name="api:ready", who=Who.ANYONE),
]

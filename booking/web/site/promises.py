"""What we promise anyone who reads: our results as they are, what we do with their data, and pages that they can use."""

from starlette.requests import Request
from starlette.responses import Response

from booking.web.pages import page
from booking.web.policy import Who, route


async def outcomes(request: Request) -> Response:
    return page(request, "site/outcomes.html")


async def privacy(request: Request) -> Response:
    return page(request, "site/privacy.html")


async def accessibility(request: Request) -> Response:
    return page(request, "site/accessibility.html")


ROUTES = [
    route("/outcomes", outcomes, name="site:outcomes", who=Who.ANYONE),
    route("/privacy", privacy, name="site:privacy", who=Who.ANYONE),
    route("/accessibility", accessibility, name="site:accessibility", who=Who.ANYONE),
]

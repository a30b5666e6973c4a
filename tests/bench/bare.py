"""The bare parts: a Jinja page of a wanted size, and nothing else around it."""

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

LINE = "Fifteen words of a page <about> as long as those that people read & understand at once."
PAGE = Environment(autoescape=True).from_string(
    "<!doctype html><title>{{ title }}</title>{% for line in lines %}<p>{{ line }}</p>\n{% endfor %}"
)


async def page(request: Request) -> Response:
    """A page of about so many bytes."""
    size = int(request.query_params["size"])
    return HTMLResponse(PAGE.render(title="Bare", lines=[LINE] * (size // (len(LINE) + 16))))


app = Starlette(routes=[Route("/page", page)])

"""The front door and the programmes behind it: what each is, what is known of it, what it costs."""

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from booking.programmes.models import Clinic
from booking.programmes.reading import Published, edition, published_programme, published_programmes
from booking.web.kept_pages import public_page
from booking.web.pages import render
from booking.web.policy import Who, route
from booking.web.site.evidence import effect_plot, evidence_rows, known_from, said_by
from booking.web.site.refunds import refund_spans
from booking.web.site.travel_rules import told_rules


async def home(request: Request) -> Response:
    return await public_page(request, edition, partial(_list, request, "site/home.html"))


async def programmes(request: Request) -> Response:
    return await public_page(request, edition, partial(_list, request, "site/programmes.html"))


async def _list(request: Request, template: str) -> str:
    found = await published_programmes()
    return render(request, template, programmes=found, clinic=only_clinic(found))


async def programme(request: Request) -> Response:
    slug = request.path_params["slug"]
    return await public_page(request, partial(edition, slug), partial(_programme, request, slug))


async def _programme(request: Request, slug: str) -> str:
    found = await published_programme(slug)
    content = found.content
    return render(
        request,
        "site/programme.html",
        **_about(found),
        refunds=refund_spans(content.terms, content.prices),
        rules=told_rules(content.travel_rules),
    )


async def evidence(request: Request) -> Response:
    slug = request.path_params["slug"]
    return await public_page(request, partial(edition, slug), partial(_evidence, request, slug))


async def _evidence(request: Request, slug: str) -> str:
    return render(request, "site/evidence.html", **_about(await published_programme(slug)))


def _about(found: Published) -> dict[str, Any]:
    return {
        "clinic": found.clinic,
        "programme": found.programme,
        "version": found.version,
        "content": found.content,
        "evidence_rows": evidence_rows,
        "effect_plot": effect_plot,
        "known_from": known_from,
        "said_by": said_by,
    }


def only_clinic(programmes: list[Published]) -> Clinic | None:
    """The clinic whose telephone stands in the footer: none if there are several to choose from."""
    clinics = {one.clinic.id: one.clinic for one in programmes}
    return next(iter(clinics.values())) if len(clinics) == 1 else None


ROUTES = [
    route("/", home, name="site:home", who=Who.ANYONE),
    route("/programmes", programmes, name="site:programmes", who=Who.ANYONE),
    route("/programmes/{slug}", programme, name="site:programme", who=Who.ANYONE),
    route("/programmes/{slug}/evidence", evidence, name="site:evidence", who=Who.ANYONE),
]

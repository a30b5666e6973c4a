"""The front door and the programmes behind it: what each is, what is known of it, what it costs."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from booking.programmes.models import Clinic
from booking.programmes.reading import Published, published_programme, published_programmes
from booking.web.pages import page
from booking.web.policy import Who, route
from booking.web.site.evidence import effect_plot, evidence_rows, known_from, said_by
from booking.web.site.refunds import refund_spans
from booking.web.site.travel_rules import told_rules


async def home(request: Request) -> Response:
    programmes = await published_programmes()
    return page(request, "site/home.html", programmes=programmes, clinic=only_clinic(programmes))


async def programmes(request: Request) -> Response:
    found = await published_programmes()
    return page(request, "site/programmes.html", programmes=found, clinic=only_clinic(found))


async def programme(request: Request) -> Response:
    found = await published_programme(request.path_params["slug"])
    content = found.content
    return page(
        request,
        "site/programme.html",
        **_about(found),
        refunds=refund_spans(content.terms, content.prices),
        rules=told_rules(content.travel_rules),
    )


async def evidence(request: Request) -> Response:
    found = await published_programme(request.path_params["slug"])
    return page(request, "site/evidence.html", **_about(found))


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

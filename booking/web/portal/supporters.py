"""Who may help with a case, and with what."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from booking.accounts.support import NothingAllowed, SupportsThemselves
from booking.accounts.viewers import Scope
from booking.journeys.grant_support import grant_support, revoke_support
from booking.kit.errors import Invalid
from booking.kit.words import Text, _
from booking.web.forms import Form
from booking.web.pages import redirect
from booking.web.policy import Who, route
from booking.web.portal.cases import opened, show_case
from booking.web.request import now_of, viewer_of

# What each permission lets someone do, as the patient chooses it and as it is listed.
SCOPES: Final[tuple[tuple[Scope, Text, Text], ...]] = (
    (Scope.READ, _("See"), _("Your request, plan, questions and trip. They get our mails too.")),
    (Scope.ACT, _("Act for you"), _("Accept the plan, choose dates, enter your flights, cancel the trip.")),
    (Scope.PAY, _("Pay"), _("Pay the deposit and the rest with their own card.")),
    (Scope.RECORDS, _("Papers and scans"), _("Open your medical papers, and send new ones.")),
)


async def supporters(request: Request) -> Response:
    return await _show(request, None)


async def allow(request: Request) -> Response:
    form, code = await Form.read(request), request.path_params["code"]
    email, name = form.email("email"), form.text("name", at_most=200)
    scopes = {Scope(value) for value in form.some_of("scopes", [scope.value for scope in Scope])}
    if form.ok:
        try:
            await grant_support(viewer_of(request), code, email=email, name=name, scopes=scopes, now=now_of(request))
        except Invalid as invalid:
            form.refuse_all(invalid)
        except NothingAllowed as refusal:
            form.refuse("scopes", refusal.text)
        except SupportsThemselves as refusal:
            form.refuse("email", refusal.text)
    return redirect(request, "portal:supporters", code=code) if form.ok else await _show(request, form, 422)


async def revoke(request: Request) -> Response:
    code = request.path_params["code"]
    await revoke_support(viewer_of(request), code, request.path_params["helper"], now=now_of(request))
    return redirect(request, "portal:supporters", code=code)


async def _show(request: Request, form: Form | None, status: int = 200) -> Response:
    file = await opened(request, with_health=False)
    return show_case(request, "portal/supporters.html", file, status, form=form, scopes=SCOPES)


ROUTES = [
    route("/portal/cases/{code}/supporters", supporters, name="portal:supporters", who=Who.FAMILY),
    route("/portal/cases/{code}/supporters", allow, name="portal:supporters", who=Who.FAMILY, methods=["POST"]),
    route(
        "/portal/cases/{code}/supporters/{helper}/revoke",
        revoke,
        name="portal:revoke-support",
        who=Who.FAMILY,
        methods=["POST"],
    ),
]

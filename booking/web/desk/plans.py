"""The coordinator's plan and quote: written, looked over with the mail that goes out, and sent."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.preview_mail import preview_about_case
from booking.journeys.write_plan import PLAN_READY, PlanStart, open_plan, send_plan
from booking.kit.errors import Invalid
from booking.web.desk.letters import composer_of
from booking.web.desk.plan_form import form_of, quote_of, rows_of, with_rows
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, viewer_of

LONGEST = 20_000


async def plan(request: Request) -> Response:
    start = await _start(request)
    return _editor(request, start, form_of(start.text, start.quote, start.written))


async def write(request: Request) -> Response:
    """One form, several buttons: `do` says which was pressed."""
    start, typed = await _start(request), await Form.read(request)
    rows, do = rows_of(typed), typed.values.get("do", "look")
    form = with_rows(typed, rows)
    if do == "add":
        return _editor(request, start, with_rows(form, [*rows, ("", "")]), blank=1)
    if do.startswith("remove-"):
        return _editor(request, start, with_rows(form, [row for n, row in enumerate(rows, 1) if f"remove-{n}" != do]))
    if do == "change":
        return _editor(request, start, form)
    return await _look_or_send(request, start, form, send=do == "send")


async def _look_or_send(request: Request, start: PlanStart, form: Form, *, send: bool) -> Response:
    code, viewer, now = start.case.code, viewer_of(request), now_of(request)
    text, written = form.text("text", at_most=LONGEST), form.number("written", least=0, most=10_000)
    quote = quote_of(form, start.quote.deposit.currency)
    if quote is None or written is None or not form.ok:
        return _editor(request, start, form, 422)
    if send:
        try:
            await send_plan(viewer, code, text=text, quote=quote, written=written, now=now)
        except Invalid as refusal:
            form.refuse_all(refusal)
            return _editor(request, start, form, 422)
        return redirect(request, "desk:case", code=code)
    letters = await preview_about_case(
        viewer, code, PLAN_READY, link="portal:plan", composer=composer_of(request), now=now
    )
    return page(request, "desk/plan-look.html", start=start, form=form, text=text, quote=quote, letters=letters)


async def _start(request: Request) -> PlanStart:
    return await open_plan(viewer_of(request), request.path_params["code"], now=now_of(request))


def _editor(request: Request, start: PlanStart, form: Form, status: int = 200, *, blank: int = 0) -> Response:
    lines = max(len(rows_of(form)) + blank, 1)
    return page(request, "desk/plan.html", status, start=start, form=form, lines=lines)


ROUTES = [
    route("/desk/cases/{code}/plan", plan, name="desk:plan", who=Who.COORDINATOR),
    route("/desk/cases/{code}/plan", write, name="desk:plan", who=Who.COORDINATOR, methods=["POST"]),
]

"""Consent: read one thing at a time, answer a few questions, sign; afterwards a copy, and the way back."""

from dataclasses import dataclass
from string import digits
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from booking.accounts.viewers import Viewer
from booking.consultations.consents import Paper, Signature
from booking.consultations.models import CaseStatus, DecidedAs
from booking.journeys.case_file import CaseFile
from booking.journeys.give_consent import consent_paper, give_consent, withdraw_consent
from booking.kit.errors import Invalid
from booking.kit.money import Money
from booking.programmes.parts import in_language
from booking.web.forms import Form
from booking.web.pages import redirect
from booking.web.policy import Who, route
from booking.web.portal.cases import opened, show_case
from booking.web.request import language_of, now_of, viewer_of

SIGNATURE: Final = frozenset({"signed_name", "relationship"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One teach-back question in the paper's language. `field` is its name in the form."""

    field: str
    question: str
    choices: tuple[tuple[str, str], ...]


async def consent(request: Request) -> Response:
    """`?part=3` is the third thing to read, `?part=sign` the questions and the signature; without it, where one is."""
    file = await opened(request, with_health=False)
    if file.case.status is CaseStatus.ACCEPTED and file.plan is not None:
        return await _read(request, file, request.query_params.get("part", "1"))
    return show_case(request, "portal/consent.html", file)


async def sign(request: Request) -> Response:
    form, code = await Form.read(request), request.path_params["code"]
    file = await opened(request, with_health=False)
    language = form.values.get("language", language_of(request))
    signature = _signature(form, file, viewer_of(request))
    if form.ok:
        try:
            await give_consent(
                viewer_of(request),
                code,
                _answers(form),
                signature,
                language=language,
                shown=form.values.get("shown", ""),
                now=now_of(request),
            )
        except Invalid as invalid:
            for name, why in invalid.errors.items():
                form.refuse(name if name in SIGNATURE else f"q-{name}", why)
    if form.ok:
        return redirect(request, "portal:consent", code=code)
    return await _read(request, file, "sign", form=form, status=422, language=language)


async def ask_to_withdraw(request: Request) -> Response:
    file = await opened(request, with_health=False)
    if file.consent is None:
        return redirect(request, "portal:consent", code=file.code)
    return show_case(request, "portal/withdraw_consent.html", file)


async def withdraw(request: Request) -> Response:
    code = request.path_params["code"]
    await withdraw_consent(viewer_of(request), code, now=now_of(request))
    return redirect(request, "portal:consent", code=code)


async def _read(
    request: Request, file: CaseFile, part: str, *, form: Form | None = None, status: int = 200, language: str = ""
) -> Response:
    paper = await consent_paper(viewer_of(request), file.code, language=language or language_of(request))
    places = {str(at): at for at in range(1, len(paper.items) + 1)}
    place = places.get(part, 1)
    facts: dict[str, Any] = {"paper": paper, "form": form}
    if part == "sign":
        return show_case(request, "portal/consent_sign.html", file, status, questions=_asked(paper), **facts)
    item = paper.items[place - 1]
    if item["key"] == "plan":
        facts["total"] = Money(item["total"], item["currency"])
        facts["deposit"] = Money(item["deposit"], item["currency"])
    return show_case(request, "portal/consent_read.html", file, status, item=item, place=place, **facts)


def _signature(form: Form, file: CaseFile, viewer: Viewer) -> Signature:
    """The patient signs for themselves, everyone else as whoever decides for them by law."""
    mine = file.patient is not None and file.patient.id == viewer.person_id
    return Signature(
        form.text("signed_name", required=False, at_most=200),
        DecidedAs.PATIENT if mine else DecidedAs.SURROGATE,
        form.text("relationship", required=False, at_most=120),
    )


def _asked(paper: Paper) -> list[Asked]:
    return [
        Asked(
            f"q-{question.key}",
            in_language(question.question, paper.language),
            tuple((str(at), in_language(choice, paper.language)) for at, choice in enumerate(question.choices)),
        )
        for question in paper.questions
    ]


def _answers(form: Form) -> dict[str, int]:
    """What was chosen, by question; anything that is no choice is a wrong answer and explained like one."""
    chosen = {name.removeprefix("q-"): value for name, value in form.values.items() if name.startswith("q-")}
    return {key: int(value) for key, value in chosen.items() if len(value) == 1 and value in digits}


ROUTES = [
    route("/portal/cases/{code}/consent", consent, name="portal:consent", who=Who.FAMILY),
    route("/portal/cases/{code}/consent", sign, name="portal:consent", who=Who.FAMILY, methods=["POST"]),
    route("/portal/cases/{code}/consent/withdraw", ask_to_withdraw, name="portal:withdraw-consent", who=Who.FAMILY),
    route(
        "/portal/cases/{code}/consent/withdraw",
        withdraw,
        name="portal:withdraw-consent",
        who=Who.FAMILY,
        methods=["POST"],
    ),
]

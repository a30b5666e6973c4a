"""How it goes after the treatment: warning signs first, then a few questions at a time, then the family's own words."""

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from booking.aftercare.check_ins import LONGEST_WORDS, Answers
from booking.aftercare.models import CheckInStatus
from booking.aftercare.red_flags import ASK, CALL_NOW, Sign
from booking.aftercare.scales import HEALTH_TODAY, MOOD, PAIN, Scale, asked_on
from booking.journeys.answer_check_in import OpenCheckIn, answer_check_in, open_check_in
from booking.kit.errors import Invalid, NotFound, Refusal
from booking.kit.words import Text, _
from booking.web.forms import Form
from booking.web.pages import page
from booking.web.policy import Who, route
from booking.web.request import now_of, viewer_of

# Few enough to see at once on a phone.
AT_ONCE: Final = 4
YES, NO = "yes", "no"
BAD: Final = 400
SIGNS, HELP, END = "signs", "help", "end"

# The five answers of a scale, from no problem to the worst.
HOW_MUCH: Final = (_("None"), _("A little"), _("Some"), _("A lot"), _("As bad as it can be"))
HOW_LOW: Final = (_("Not at all"), _("A little"), _("Somewhat"), _("Very"), _("As much as can be"))
HOW_HARD: Final = (_("Not hard"), _("A little hard"), _("Hard"), _("Very hard"), _("I cannot do it"))
ANSWERS: Final[dict[str, tuple[Text, ...]]] = {PAIN.key: HOW_MUCH, MOOD.key: HOW_LOW}


async def check_in(request: Request) -> Response:
    opened = await _opened(request)
    step = request.query_params.get("step") or _first_open(opened)
    if step == HELP and not opened.answers.red_flags:
        step = _first_open(opened)
    return _show(request, opened, step, _filled(opened))


async def answered(request: Request) -> Response:
    """Keep what this step asked. A warning sign is answered at once, whatever else is wrong."""
    code, step, form = request.path_params["code"], request.query_params.get("step", SIGNS), await Form.read(request)
    opened = await _opened(request)
    if step not in _steps(opened):
        raise NotFound
    given = _given(form, _asked(opened, step))
    try:
        if form.ok:
            await answer_check_in(viewer_of(request), code, given, now=now_of(request))
    except Invalid as invalid:
        form.refuse_all(invalid)
    except Refusal:
        if not given.red_flags:
            raise
        return _show(request, opened, HELP, form, 409)
    if not form.ok:
        return _show(request, opened, step, form, 422)
    steps = [*_steps(opened), END]
    following = HELP if given.red_flags else steps[steps.index(step) + 1]
    address = request.app.state.urls("portal:check-in", code=code)
    return RedirectResponse(f"{address}?step={following}", status_code=303)


def _show(request: Request, opened: OpenCheckIn, step: str, form: Form, status: int = 200) -> Response:
    if step not in {*_steps(opened), HELP, END}:
        raise NotFound
    steps = _steps(opened)
    if not opened.is_open and step != HELP:
        step = END
    asked = _asked(opened, step) if step in steps else ()
    return page(
        request,
        "portal/check-in.html",
        status,
        opened=opened,
        clinic=opened.clinic,
        form=form,
        step=step,
        number=steps.index(step) + 1 if step in steps else 0,
        steps=steps,
        signs=[(f"sign-{sign}", question) for sign, question in ASK.items()],
        scales=[(scale, _options(scale)) for scale in asked],
        asks_for_words=step == steps[-1],
        longest=LONGEST_WORDS,
        is_done=opened.check_in.status is CheckInStatus.ANSWERED,
        call_now=CALL_NOW,
        told_clinician=bool(opened.answers.red_flags),
        kept=status < BAD,
        following=next((one for one in steps if one != SIGNS), END),
    )


def _steps(opened: OpenCheckIn) -> list[str]:
    """The warning signs, then the questions, some at a time: "1", "2", ..."""
    return [SIGNS, *(str(number) for number, _some in enumerate(_groups(opened), start=1))]


def _groups(opened: OpenCheckIn) -> list[tuple[Scale, ...]]:
    asked = asked_on(opened.check_in.day)
    return [asked[at : at + AT_ONCE] for at in range(0, len(asked), AT_ONCE)]


def _asked(opened: OpenCheckIn, step: str) -> tuple[Scale, ...]:
    return () if step == SIGNS else _groups(opened)[int(step) - 1]


def _first_open(opened: OpenCheckIn) -> str:
    """Where to go on: the first step with something unanswered."""
    if any(sign not in opened.answers.signs for sign in Sign):
        return SIGNS
    for number, group in enumerate(_groups(opened), start=1):
        if any(scale.key not in opened.answers.scores for scale in group):
            return str(number)
    return END


def _options(scale: Scale) -> list[tuple[str, Text]]:
    """The answers to choose from; none for a scale that is answered with a number."""
    if scale is HEALTH_TODAY:
        return []
    return [(str(score), said) for score, said in enumerate(ANSWERS.get(scale.key, HOW_HARD), start=scale.lowest)]


def _filled(opened: OpenCheckIn) -> Form:
    answers = opened.answers
    signs = {f"sign-{sign}": YES if there else NO for sign, there in answers.signs.items()}
    scores = {scale: str(score) for scale, score in answers.scores.items()}
    return Form({**signs, **scores, "words": answers.words})


def _given(form: Form, asked: tuple[Scale, ...]) -> Answers:
    """What was answered; what was left open, or is no answer to its question, is not there."""
    signs = {sign: form.values[f"sign-{sign}"] == YES for sign in Sign if form.values.get(f"sign-{sign}") in {YES, NO}}
    scores = {
        scale.key: score
        for scale in asked
        if (score := form.number(scale.key, least=scale.lowest, most=scale.highest, required=False)) is not None
    }
    return Answers(scores, signs, form.text("words", required=False, at_most=LONGEST_WORDS))


async def _opened(request: Request) -> OpenCheckIn:
    return await open_check_in(viewer_of(request), request.path_params["code"], now=now_of(request))


ROUTES = [
    route("/portal/check-ins/{code}", check_in, name="portal:check-in", who=Who.FAMILY),
    route("/portal/check-ins/{code}", answered, name="portal:check-in", who=Who.FAMILY, methods=["POST"]),
]

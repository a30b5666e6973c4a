"""One question a screen. What was typed is kept, and what is wrong is said beside it."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from booking.consultations.screens import Field, Given, Kind, Screen, screen_of, screens_for
from booking.journeys import request_consultation as journey
from booking.journeys.request_consultation import Writing
from booking.kit.errors import Invalid, NotFound
from booking.kit.words import LANGUAGES, own_name
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import language_of, now_of, viewer_of
from booking.web.site import ask_cookie
from booking.web.site.zones import zones_to_choose

BUTTONS: Final = frozenset({"then", "change"})


async def question(request: Request) -> Response:
    writing = await journey.look(ask_cookie.needed(request), now=now_of(request))
    screen = _screen(request, writing.given)
    form = _filled(screen, {**_likely(request), **writing.given})
    return _show(request, writing, screen, form, changing="change" in request.query_params)


async def answer(request: Request) -> Response:
    form = await Form.read(request)
    token, key = ask_cookie.needed(request), request.path_params["question"]
    changing, then = form.ticked("change"), form.values.get("then")
    typed = _typed(form)
    if then == "save" and not any(text.strip() for texts in typed.values() for text in texts):
        return redirect(request, "ask:save")
    try:
        writing = await journey.answer(token, key, typed, now=now_of(request))
    except Invalid as refusal:
        form.refuse_all(refusal)
        writing = await journey.look(token, now=now_of(request))
        return _show(request, writing, _screen(request, writing.given), form, changing=changing, status=422)
    return redirect(request, "ask:save") if then == "save" else _onwards(request, writing, key, changing=changing)


def _onwards(request: Request, writing: Writing, key: str, *, changing: bool) -> Response:
    """To the next question; from a change back to the whole, by way of what the change left open."""
    if changing:
        still = writing.first_open
        return redirect(request, "ask:question", question=still.key) if still else redirect(request, "ask:review")
    asked = [screen.key for screen in screens_for(writing.given)]
    place = asked.index(key) + 1
    if place < len(asked):
        return redirect(request, "ask:question", question=asked[place])
    return redirect(request, "ask:records")


def _show(
    request: Request, writing: Writing, screen: Screen, form: Form, *, changing: bool, status: int = 200
) -> Response:
    urls, asked = request.app.state.urls, [each.key for each in screens_for(writing.given)]
    number = asked.index(screen.key) + 1
    return page(
        request,
        "site/ask/question.html",
        status,
        clinic=writing.clinic,
        screen=screen,
        form=form,
        number=number,
        count=len(asked) + 1,  # the records are asked for last
        before=urls("ask:question", question=asked[number - 2])
        if number > 1
        else urls("ask:start", slug=writing.programme.slug),
        changing=changing,
        languages_to_choose=[(tag, own_name(tag)) for tag in LANGUAGES],
        zones=zones_to_choose(language_of(request)) if screen.key == "zone" else [],
    )


def _screen(request: Request, given: Given) -> Screen:
    screen = screen_of(request.path_params["question"], given)
    if screen is None:
        raise NotFound
    return screen


def _typed(form: Form) -> Mapping[str, list[str]]:
    """The form's lists, with the three boxes of a date put together as ISO 8601."""
    typed = {name: texts for name, texts in form.many.items() if name not in BUTTONS}
    for name in {name.removesuffix("-day") for name in form.many if name.endswith("-day")}:
        year, month, day = (form.values.get(f"{name}-{part}", "").strip() for part in ("year", "month", "day"))
        if year or month or day:
            typed[name] = [f"{year:0>4}-{month:0>2}-{day:0>2}"]
    return typed


def _filled(screen: Screen, given: Given) -> Form:
    """The form as it was answered before."""
    form = Form()
    for field in screen.fields:
        _fill(form, field, given.get(field.key))
    return form


def _fill(form: Form, field: Field, value: Any) -> None:
    if value is None:
        return
    if field.kind is Kind.SEVERAL:
        form.many[field.key] = list(value)
    elif field.kind is Kind.DATE:
        year, month, day = value.split("-")
        form.values |= {f"{field.key}-year": year, f"{field.key}-month": month, f"{field.key}-day": day}
    else:
        form.values[field.key] = str(value)


def _likely(request: Request) -> Given:
    """What we may guess, for the reader to correct."""
    viewer = viewer_of(request)
    likely = {"language": language_of(request)}
    return likely | {"name": viewer.name, "zone": viewer.zone} if viewer.is_patient else likely


ROUTES = [
    route("/ask/{question}", question, name="ask:question", who=Who.ANYONE),
    route("/ask/{question}", answer, name="ask:question", who=Who.ANYONE, methods=["POST"]),
]

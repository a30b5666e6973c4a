"""What moving a step would break, in words; and where it could go, in words for every place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, Final

from booking.journeys.move_step import OpenStep
from booking.kit.words import Text, _
from booking.programmes.parts import in_language
from booking.slots.step_moves import Break, Reach, Why

SENTENCES: Final[dict[Why, Text]] = {
    Why.NOT_HERE: _("%(resource)s is no longer booked here."),
    Why.KIND: _("%(resource)s is of another kind than this needs."),
    Why.SKILLS: _("%(resource)s cannot do all that is needed."),
    Why.TWICE: _("%(resource)s is in this appointment already."),
    Why.HOURS: _("%(resource)s is not open or not there at that time."),
    Why.CLOSED: _("%(resource)s is closed or away then."),
    Why.TAKEN: _("%(resource)s is taken by %(booking)s then."),
    Why.TWO_PLACES: _("The patient would be in two places at once: there is “%(other)s” then."),
    Why.ELSEWHERE: _("The patient has other dates then, and cannot be in two places."),
    Why.ORDER: _("It would change places with “%(other)s”."),
    Why.REST: _("That leaves too little rest between it and “%(other)s”."),
    Why.TIMES: _("The programme starts it from %(earliest)s to %(latest)s, at fixed times."),
    Why.CLOCK: _("The clocks change then: this time does not exist on that day."),
    Why.DOSE: _("No dose that may be used on that day is left."),
    Why.PAST: _("“%(step)s” has begun, or would have."),
    Why.UNKNOWN: _("That day is too far away."),
    Why.NOT_YET_THERE: _("Their flight lands only after that."),
    Why.GONE_HOME: _("Their flight home leaves before it is over."),
}
ITSELF: Final = _("%(resource)s is still with “%(other)s” of the same booking.")
ON_DAY: Final = _("“%(step)s” must be on day %(first)s of the treatment.")
ON_DAYS: Final = _("“%(step)s” must be from day %(first)s to day %(last)s of the treatment.")
DAYS_AFTER: Final = _("“%(step)s” must be from %(least)s to %(most)s days after “%(other)s”.")
WITH_IT: Final = _("“%(step)s” has to go with it: %(why)s")
ALL_TIMES: Final = _("Works at %(times)s.")


def said(one: Break, opened: OpenStep, language: str) -> Text:
    """One thing that is broken, as a sentence."""
    sentence = _sentence(one).with_facts(
        resource=opened.names.get(one.resource, ""),
        booking=one.booking,
        step=_title(one.step, opened, language),
        other=_title(one.other, opened, language) if one.other else "",
        first=one.least + 1,
        last=one.most + 1,
        least=one.least,
        most=one.most,
        earliest=f"{one.earliest:%H:%M}",
        latest=f"{one.latest:%H:%M}",
    )
    goes_along = one.resource and one.step != opened.entry.step
    return WITH_IT.with_facts(step=_title(one.step, opened, language), why=sentence) if goes_along else sentence


def _sentence(one: Break) -> Text:
    if one.why is Why.TAKEN and not one.booking:
        return ITSELF
    if one.why is not Why.DAYS:
        return SENTENCES[one.why]
    if one.other:
        return DAYS_AFTER
    return ON_DAY if one.least == one.most else ON_DAYS


def _title(step: str, opened: OpenStep, language: str) -> str:
    return in_language(opened.booked.title(step), language)


@dataclass(frozen=True, slots=True)
class Places:
    """Where a step could go on some days: by resource and day, and what is wrong with a whole resource or day.

    `other` is what is wrong with any resource of another kind.
    """

    candidates: tuple[int, ...]
    other: str
    resources: Mapping[int, list[str]] = field(default_factory=dict)
    days: Mapping[date, list[str]] = field(default_factory=dict)
    cells: Mapping[tuple[int, date], tuple[tuple[time, ...], list[str]]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As the page's script reads it."""
        return {
            "candidates": self.candidates,
            "other": self.other,
            "resources": {str(id_): " ".join(words) for id_, words in self.resources.items()},
            "days": {day.isoformat(): " ".join(words) for day, words in self.days.items()},
            "cells": {
                f"{resource} {day.isoformat()}": {"works": bool(times), "say": " ".join(words)}
                for (resource, day), (times, words) in self.cells.items()
            },
        }


def places_of(opened: OpenStep, days: Iterable[date], language: str) -> Places:
    """Every resource of the kind on each of these days, looked at once."""
    moves = opened.moves

    def words(breaks: Iterable[Break]) -> list[str]:
        return [said(one, opened, language).into(language) for one in breaks]

    unfit = {one: words(breaks) for one in moves.candidates if (breaks := moves.unfit(one))}
    wrong = {day: words(breaks) for day in days if (breaks := moves.of_day(day))}
    return Places(
        moves.candidates,
        _("Another kind is needed here.").into(language),
        unfit,
        wrong,
        {
            (resource, day): _told(moves.reach(resource, day), words, language)
            for day in days
            if day not in wrong
            for resource in moves.candidates
            if resource not in unfit
        },
    )


def _told(reach: Reach, words: Any, language: str) -> tuple[tuple[time, ...], list[str]]:
    if not reach.times:
        return (), words(reach.breaks)
    times = ", ".join(f"{one:%H:%M}" for one in reach.times)
    return reach.times, [ALL_TIMES.with_facts(times=times).into(language), *words(reach.advice)]

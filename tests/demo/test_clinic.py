"""The example clinic is whole, honest, and written for tired people."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from booking.demo.clinic.load import ExampleClinic, example_clinic, programme_content
from booking.demo.world import World
from booking.itineraries.rules import TravelRules
from booking.kit.times import is_zone
from booking.programmes.content import parse_content
from booking.programmes.evidence import Verdict
from booking.programmes.parts import Basis
from booking.slots.load import load_stock
from booking.slots.protocol import Protocol
from booking.slots.search import windows
from booking.slots.windows import Wishes

START = date(2027, 1, 12)
READING_GRADE = 6.0

# Never said of a treatment whose evidence is unsettled, in either language.
FORBIDDEN = {
    "en": r"miracle|breakthrough|cutting[- ]edge|\bheal(s|ed|ing)?\b|guarantee|promising|revolution|\bcure",
    "es": r"milagro|puntero|vanguardia|\bsana[rn]\b|garantiza|prometedor|revolucion|\bcura[rn]?\b",
}


@pytest.fixture(scope="module")
def clinic() -> ExampleClinic:
    return example_clinic(START)


def texts(node: Any, place: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every human text of the content with its place."""
    if isinstance(node, dict) and "en" in node:
        yield place, node
    elif isinstance(node, dict):
        for name, part in node.items():
            yield from texts(part, f"{place}.{name}" if place else name)
    elif isinstance(node, list):
        for number, part in enumerate(node):
            yield from texts(part, f"{place}.{number}")


def syllables(word: str) -> int:
    """Runs of vowels, less a silent e at the end: near enough for a grade over a whole section."""
    sounds = re.findall(
        r"[aeiouy]+", re.sub(r"(?<![aeioul])e$|(?<=[^aeioudt])ed$|(?<=[^aeiouscxz])es$", "", word.lower())
    )
    return max(1, len(sounds))


def reading_grade(text: str) -> float:
    """Flesch-Kincaid: the school year that a reader needs. No word is left out, however technical."""
    plain = text.replace("**", "")
    sentences = [part for part in re.split(r"[.!?:]+(?:\s|$)", plain) if re.search(r"\w", part)]
    words = [word for part in sentences for word in re.findall(r"[A-Za-z']+", part)]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def test_the_grade_function_agrees_with_known_texts() -> None:
    easy = "The cat sat on the mat. It was warm. It did not want to go out."
    hard = "Intravenous administration of allogeneic multipotent progenitor populations demonstrated acceptable tolerability."

    assert (reading_grade(easy) < 1, reading_grade(hard) > 20) == (True, True)


SECTIONS = (
    "summary",
    "what_it_is",
    "risks",
    "regulatory",
    "cells",
    "follow_up",
    "not_for",
    "stay",
    "prices",
    "evidence",
    "consent",
)


@pytest.mark.parametrize("section", SECTIONS)
def test_what_a_patient_reads_needs_six_years_of_school_at_most(section: str) -> None:
    prose = " ".join(words["en"].rstrip(". \n") + "." for _place, words in texts(programme_content()[section], section))

    assert round(reading_grade(prose), 1) <= READING_GRADE


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_text_says_what_the_evidence_does_not(language: str) -> None:
    said = {
        place: found.group()
        for place, words in texts(programme_content())
        if (found := re.search(FORBIDDEN[language], words[language], re.IGNORECASE))
    }

    assert said == {}


def test_every_text_is_there_in_every_language_that_the_clinic_speaks(clinic: ExampleClinic) -> None:
    missing = {place for place, words in texts(programme_content()) if set(words) != set(clinic.facts.languages)}

    assert missing == set()


def test_key_words_are_marked_alike_in_both_languages() -> None:
    uneven = {
        place
        for place, words in texts(programme_content())
        if words["en"].count("**") != words["es"].count("**") or words["en"].count("**") % 2
    }

    assert uneven == set()


def test_the_evidence_is_the_whole_table_with_the_good_and_the_bad() -> None:
    trials = parse_content(programme_content()).evidence.trials

    assert [(trial.name, trial.registry, trial.n, trial.verdict) for trial in trials] == [
        ("MASTERS", "NCT01436487", 126, Verdict.NO_BENEFIT),
        ("TREASURE", "NCT02961504", 206, Verdict.NO_BENEFIT),
        ("MASTERS-2", "NCT03545607", 300, Verdict.UNFINISHED),
        ("InveST", "NCT01501773", 120, Verdict.NO_BENEFIT),
        ("CoBIS-2", "NCT03004976", 73, Verdict.NO_BENEFIT),
        ("STARTING-2", "NCT01716481", 54, Verdict.NO_BENEFIT),
        ("ACTIsSIMA", "NCT02448641", 163, Verdict.NO_BENEFIT),
        ("PISCES-2", "NCT02117635", 23, Verdict.NO_CONTROL),
        ("Levy and others", None, 36, Verdict.NO_CONTROL),
        ("UMSIS", "NCT04811651", 156, Verdict.UNPUBLISHED),
    ]


def test_what_is_known_from_memory_says_that_it_is_being_checked() -> None:
    content = parse_content(programme_content())
    from_memory = [trial.name for trial in content.evidence.trials if trial.basis is Basis.CHECKING]
    unsure = [risk.heading["en"] for risk in content.risks if risk.basis is Basis.CHECKING]

    assert (from_memory, unsure, content.regulatory.basis) == (
        ["MASTERS"],
        ["Blood clots", "An allergic reaction"],
        Basis.CHECKING,
    )


def test_effects_that_we_worked_out_ourselves_say_how() -> None:
    effects = [trial.effect for trial in parse_content(programme_content()).evidence.trials if trial.effect]
    worked_out = [effect for effect in effects if effect.basis is Basis.WORKED_OUT]

    assert [(effect.value, effect.low, effect.high, bool(effect.note)) for effect in worked_out] == [
        (1.20, 0.49, 2.91, True),
        (1.07, 0.52, 2.20, True),
    ]


def test_what_the_consent_says_of_money_and_time_is_what_the_terms_say() -> None:
    content = parse_content(programme_content())
    cost = next(item for item in content.consent.items if item.key == "cost")

    assert f"{content.terms.cooling_off_hours} hours" in cost.text["en"]
    assert f"{content.terms.cooling_off_hours} horas" in cost.text["es"]


def test_slots_can_read_the_protocol() -> None:
    protocol = Protocol.parse(programme_content()["protocol"])

    assert ([step.key for step in protocol.steps], protocol.days) == (
        ["assessment", "infusion", "observation", "therapy", "check", "second-therapy", "discharge"],
        4,
    )


def test_itineraries_can_read_the_travel_rules() -> None:
    rules = TravelRules.parse(programme_content()["travel_rules"])

    assert (rules.minimum_age is not None, rules.passport_validity is not None) == (True, True)


def test_the_days_of_the_stay_are_the_days_of_the_protocol() -> None:
    content = parse_content(programme_content())
    protocol = Protocol.parse(content.protocol)

    assert {day.day for day in content.stay} == {step.day.from_ + 1 for step in protocol.steps}


def test_everything_that_the_protocol_needs_exists_and_has_hours(clinic: ExampleClinic) -> None:
    protocol = Protocol.parse(clinic.programmes[0].content["protocol"])
    missing = [
        (step.key, need.kind)
        for step in protocol.steps
        for need in step.needs
        if sum(
            need.kind == resource.kind and need.skills <= set(resource.skills) and bool(resource.hours)
            for resource in clinic.resources
        )
        < need.count
    ]

    assert missing == []


def test_there_are_cells_on_every_day_of_eighteen_months(clinic: ExampleClinic) -> None:
    released = [lot for lot in clinic.lots if lot.state == "released"]
    days = [START + timedelta(days=number) for number in range(31 * 18)]

    assert [day for day in days if not any(lot.usable_from <= day <= lot.usable_until for lot in released)] == []
    assert {lot.state for lot in clinic.lots} == {"released", "quarantined", "recalled"}


def test_the_people_can_be_told_apart_and_written_to(clinic: ExampleClinic) -> None:
    emails = [person.email for person in clinic.people]

    assert len(set(emails)) == len(emails)
    assert all(email.endswith("@example.com") for email in emails)
    assert all(is_zone(person.zone) and person.language in clinic.facts.languages for person in clinic.people)
    assert {role: len(clinic.in_role(role)) for role in ("coordinator", "clinician", "patient", "supporter")} == {
        "coordinator": 2,
        "clinician": 2,
        "patient": 8,
        "supporter": 1,
    }


def test_a_supporter_supports_a_patient_and_each_doctor_is_also_a_resource(clinic: ExampleClinic) -> None:
    supported = [clinic.person(str(person.supports)).role for person in clinic.in_role("supporter")]
    doctors = {resource.name for resource in clinic.resources if resource.kind == "clinician"}

    assert (supported, {person.name for person in clinic.in_role("clinician")}) == (["patient"], doctors)


def test_wished_interpreters_are_there(clinic: ExampleClinic) -> None:
    spoken = {skill for resource in clinic.resources if resource.kind == "interpreter" for skill in resource.skills}

    assert {person.interpreter for person in clinic.people if person.interpreter} <= spoken


@pytest.mark.parametrize("spoken", [None, "fr", "ar", "es"])
async def test_the_example_has_dates_in_every_month_for_a_year(world: World, now: datetime, spoken: str | None) -> None:
    last = now.date() + timedelta(days=365)
    stock = await load_stock(world.clinic.id, now.date(), last, now)
    wishes = Wishes(skills={"interpreter": frozenset({spoken})} if spoken else {})

    found = windows(Protocol.parse(world.version.content["protocol"]), wishes, now.date(), last, stock)

    months = [(window.start.year, window.start.month) for window in found]
    assert len(set(months)) >= 12
    assert min(months.count(month) for month in set(months[1:-1])) >= 2

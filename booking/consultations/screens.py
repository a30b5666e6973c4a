"""What a request asks, one question a screen, in plain words. Data: pages, partners and the desk all read it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from booking.kit.words import Text, _

Given = Mapping[str, Any]  # a field's key -> its answer as JSON, as far as it has been answered


class Kind(StrEnum):
    """How a field is asked, and what its answer is."""

    CHOICE = "choice"
    SEVERAL = "several"
    LINE = "line"
    PARAGRAPH = "paragraph"
    EMAIL = "email"
    PHONE = "phone"
    DATE = "date"
    YEAR = "year"
    LANGUAGE = "language"
    ZONE = "zone"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. `choices` maps the kept value to its sentence."""

    key: str
    kind: Kind
    label: Text
    required: bool = True
    hint: Text | None = None
    choices: Mapping[str, Text] | None = None


def _always(_given: Given) -> bool:
    return True


def asks_for_another(given: Given) -> bool:
    """Whether the person writing is not the one who had the stroke."""
    return given.get("who_asks") == "someone_else"


@dataclass(frozen=True, slots=True)
class Screen:
    """One question: its title is the question, its fields are the answer."""

    key: str
    title: Text
    fields: tuple[Field, ...]
    why: Text | None = None
    asked_if: Callable[[Given], bool] = _always


MONTHS: Final = {
    "01": _("January"),
    "02": _("February"),
    "03": _("March"),
    "04": _("April"),
    "05": _("May"),
    "06": _("June"),
    "07": _("July"),
    "08": _("August"),
    "09": _("September"),
    "10": _("October"),
    "11": _("November"),
    "12": _("December"),
    "unknown": _("I do not know the month"),
}

# After the modified Rankin scale, 0 to 5, in the words of daily life (van Swieten 1988).
ABILITIES: Final = {
    "0": _("No problems at all"),
    "1": _("Some problems, but everything that was done before can still be done"),
    "2": _("Not everything can be done as before, but no help is needed"),
    "3": _("Some help is needed, but walking is possible without another person"),
    "4": _("Walking is not possible without another person, and help is needed to wash and dress"),
    "5": _("In bed most of the time, and help is needed day and night"),
}

CONDITIONS: Final = {
    "none": _("None of these"),
    "cancer": _("Cancer, now or before"),
    "infection": _("An infection now, or one that does not go away (such as hepatitis B or C, HIV, tuberculosis)"),
    "clots": _("Blood clots in a leg or in the lungs"),
    "heart": _("Heart disease"),
    "lungs": _("Lung disease"),
    "kidney_liver": _("Kidney or liver disease"),
    "seizures": _("Seizures or epilepsy"),
    "immune": _("A disease of the immune system, or medicine that weakens it"),
    "allergy": _("A severe allergy"),
    "pregnant": _("Pregnant, or may be"),
}

SCREENS: Final[tuple[Screen, ...]] = (
    Screen(
        "who",
        _("Who had the stroke?"),
        (
            Field(
                "who_asks",
                Kind.CHOICE,
                _("Who had the stroke?"),
                choices={"self": _("I did"), "someone_else": _("Someone else: I am writing for them")},
            ),
        ),
    ),
    Screen(
        "name",
        _("What is your name?"),
        (
            Field(
                "name", Kind.LINE, _("Your name"), hint=_("The name that you like to be called by. One name is fine.")
            ),
        ),
    ),
    Screen(
        "for_whom",
        _("Who are you writing for?"),
        (
            Field("patient_name", Kind.LINE, _("The name of the person who had the stroke")),
            Field(
                "relation",
                Kind.CHOICE,
                _("You are their"),
                choices={
                    "partner": _("Husband, wife or partner"),
                    "child": _("Son or daughter"),
                    "parent": _("Mother or father"),
                    "sibling": _("Brother or sister"),
                    "relative": _("Other relative"),
                    "friend": _("Friend or carer"),
                    "professional": _("Doctor, nurse, therapist or lawyer"),
                },
            ),
            Field(
                "permission",
                Kind.CHOICE,
                _("Do they know that you are writing?"),
                choices={
                    "agreed": _("Yes, and they agree that I act for them"),
                    "lawful": _("They cannot decide. I may decide for them by law"),
                },
            ),
            Field(
                "patient_email",
                Kind.EMAIL,
                _("Their own e-mail address"),
                required=False,
                hint=_("Leave this empty if they have none, or if you share one."),
            ),
        ),
        why=_("You, they and the clinic will see this case, and nobody else. They can end your access at any time."),
        asked_if=asks_for_another,
    ),
    Screen(
        "email",
        _("What is your e-mail address?"),
        (
            Field(
                "email",
                Kind.EMAIL,
                _("Your e-mail address"),
                hint=_("We send you a link, so that you can stop here and go on later."),
            ),
        ),
    ),
    Screen(
        "birth",
        _("When was the person who had the stroke born?"),
        (Field("birth_date", Kind.DATE, _("Date of birth")),),
        why=_("The treatment has a lowest age, and some risks depend on age."),
    ),
    Screen(
        "when",
        _("When was the stroke?"),
        (
            Field("stroke_month", Kind.CHOICE, _("Month of the stroke"), choices=MONTHS),
            Field("stroke_year", Kind.YEAR, _("Year of the stroke"), hint=_("For example 2024")),
        ),
        why=_("If there was more than one, write about the last one."),
    ),
    Screen(
        "type",
        _("What kind of stroke was it?"),
        (
            Field(
                "stroke_type",
                Kind.CHOICE,
                _("Kind of stroke"),
                choices={
                    "ischaemic": _("A blocked blood vessel (ischaemic)"),
                    "haemorrhagic": _("A bleeding in or around the brain (haemorrhagic)"),
                    "both": _("Both, or more than one stroke"),
                    "unknown": _("I do not know"),
                },
            ),
        ),
        why=_("It is often written in the letter from the hospital. It is fine not to know."),
    ),
    Screen(
        "abilities",
        _("Which sentence fits best today?"),
        (Field("abilities", Kind.CHOICE, _("Daily life today"), choices=ABILITIES),),
    ),
    Screen(
        "conditions",
        _("Is there any of these?"),
        (
            Field(
                "conditions",
                Kind.SEVERAL,
                _("Other conditions, now or before"),
                choices=CONDITIONS,
                hint=_("Choose all that fit."),
            ),
            Field("conditions_other", Kind.PARAGRAPH, _("Anything else that a doctor should know"), required=False),
        ),
        why=_("Some of these make the treatment unsafe. Please be complete: it protects the patient."),
    ),
    Screen(
        "medicines",
        _("Which medicines are taken now?"),
        (
            Field(
                "medicines",
                Kind.PARAGRAPH,
                _("Medicines"),
                required=False,
                hint=_("Names are enough. Above all: anything that thins the blood. You may also send a photo later."),
            ),
        ),
    ),
    Screen(
        "goals",
        _("What would you most like to be able to do again?"),
        (
            Field(
                "goals",
                Kind.PARAGRAPH,
                _("What should be possible again"),
                hint=_(
                    "In your own words. For example: to walk to the shop, to hold a cup, to say the names of my grandchildren."
                ),
            ),
        ),
    ),
    Screen(
        "language",
        _("Which language shall we use with you?"),
        (Field("language", Kind.LANGUAGE, _("Language")),),
    ),
    Screen(
        "zone",
        _("Where do you live?"),
        (Field("zone", Kind.ZONE, _("Time zone"), hint=_("So that we write and call at a good time of your day.")),),
    ),
    Screen(
        "phone",
        _("May we call you?"),
        (
            Field(
                "phone",
                Kind.PHONE,
                _("Phone number"),
                required=False,
                hint=_("With the country code, for example +1 268 555 0100. Leave it empty if you prefer e-mail."),
            ),
        ),
    ),
    Screen(
        "more",
        _("Is there anything else that you want to tell us?"),
        (Field("more", Kind.PARAGRAPH, _("Anything else"), required=False),),
    ),
)


def screens_for(given: Given) -> tuple[Screen, ...]:
    """The screens that are asked, from what was answered so far."""
    return tuple(screen for screen in SCREENS if screen.asked_if(given))


def screen_of(key: str, given: Given) -> Screen | None:
    """The screen of that key, if it is asked."""
    return next((screen for screen in screens_for(given) if screen.key == key), None)


def after(screen: Screen, given: Given) -> Screen | None:
    """The screen that follows, or None after the last."""
    asked = screens_for(given)
    place = asked.index(screen) + 1
    return asked[place] if place < len(asked) else None

"""Refusals: named exceptions written for the person who will read them."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from booking.kit.words import Text, _


class Refusal(Exception):
    """Something the product will not do, with its HTTP status and a sentence for the reader.

    Facts given at raising fill the sentence's placeholders; they must hold no health data,
    for a refusal's text may be shown, logged by its code, or sent to a partner's system.
    """

    status: ClassVar[int] = 400
    say: ClassVar[Text] = _("That could not be done.")

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code)
        self.facts: Mapping[str, Any] = facts

    @property
    def code(self) -> str:
        """The class's name in kebab-case: stable, for logs and for partners' systems."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()

    @property
    def text(self) -> Text:
        """The sentence, with its facts, not yet in a language."""
        return self.say.with_facts(**self.facts)


class NotFound(Refusal):
    """It does not exist, or belongs to someone else: the two look the same on purpose (G27)."""

    status = 404
    say = _("We could not find that page.")


class Forbidden(Refusal):
    status = 403
    say = _("You are signed in, but this page is for someone else.")


class WrongMoment(Refusal):
    """The step asked for does not follow from where things stand."""

    status = 409
    say = _("This step is not possible right now. Please look at where things stand and try again.")


class MovedMeanwhile(Refusal):
    """Someone else changed it first; nothing of this attempt was kept."""

    status = 409
    say = _("Someone changed this a moment before you. Please look at it again.")


class TooMany(Refusal):
    status = 429
    say = _("There were too many tries. Please wait a few minutes and try again.")


class Invalid(Refusal):
    """What was typed cannot be used: `errors` maps each field to its sentence."""

    status = 422
    say = _("Please look at the answers marked below.")

    def __init__(self, errors: Mapping[str, Text]) -> None:
        super().__init__()
        self.errors = dict(errors)

"""What a patient is told before agreeing, and the questions that show it was understood."""

from typing import Self

from pydantic import Field, model_validator

from booking.programmes.parts import Part, Words

# ISSCR, Guidelines for Stem Cell Research and Clinical Translation (2021): what a patient should know beforehand.
ISSCR_ITEMS = frozenset(
    {
        "regulatory",
        "figures",
        "staff",
        "alternatives",
        "cells",
        "cost",
        "follow-up",
        "later-trials",
    }
)


class ConsentItem(Part):
    key: str = Field(pattern="^[a-z][a-z-]*$")
    heading: Words
    text: Words


class TeachBack(Part):
    """A question that is answered in order to show what was understood; a wrong answer is explained, not punished."""

    key: str = Field(pattern="^[a-z][a-z-]*$")
    question: Words
    choices: tuple[Words, ...] = Field(min_length=2)
    right: int = Field(ge=0)
    explanation: Words

    @model_validator(mode="after")
    def _right_is_a_choice(self) -> Self:
        if self.right >= len(self.choices):
            raise ValueError("the right answer is one of the choices, counted from 0")
        return self


class Consent(Part):
    items: tuple[ConsentItem, ...]
    questions: tuple[TeachBack, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _nothing_left_out(self) -> Self:
        missing = ISSCR_ITEMS - {item.key for item in self.items}
        if missing:
            raise ValueError(f"consent leaves out: {', '.join(sorted(missing))}")
        return self

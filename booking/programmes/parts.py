"""What every part of a programme's content is made of: checked records, and words in each language."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from booking.kit.words import SOURCE_LANGUAGE


class Part(BaseModel):
    """A record that refuses unknown fields, so that a misspelt one is never silently left out."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _said_in_english(words: dict[str, str]) -> dict[str, str]:
    if not words.get(SOURCE_LANGUAGE, "").strip():
        raise ValueError("needs a text in English, which other languages fall back to")
    return words


# {"en": "...", "es": "..."}: what the clinic wrote, in each language that it wrote it in.
Words = Annotated[dict[str, str], AfterValidator(_said_in_english)]


def in_language(words: Mapping[str, str], language: str) -> str:
    """The text in that language, or in English if the clinic did not write it."""
    return words.get(language) or words[SOURCE_LANGUAGE]


# Who says so: a name that is the same in every language ("Stroke 2014; 45: 3618-3624"), or words.
Source = str | Words


class Basis(StrEnum):
    """How we know it."""

    READ = "read"  # in a published source
    CHECKING = "checking"  # from memory, being checked
    WORKED_OUT = "worked_out"  # by us, from counts in a published source


class Known(Part):
    """Something that is said of the world, and how we know it."""

    basis: Basis
    source: Source | None = None

    @model_validator(mode="after")
    def _read_somewhere(self) -> Self:
        if self.basis is not Basis.CHECKING and not self.source:
            raise ValueError("needs a source, unless it is still being checked")
        return self


class Dated(Known):
    """A statement about rules that change, with the day on which it was looked at."""

    text: Words
    as_of: date

"""Reading programmes: what is published now, and any version that was ever shown."""

from dataclasses import dataclass
from typing import Final

from booking.kit.db import run
from booking.kit.errors import NotFound
from booking.programmes.content import ProgrammeContent, parse_content
from booking.programmes.models import Clinic, Programme, ProgrammeVersion
from booking.programmes.parts import in_language

__all__ = [
    "Published",
    "edition",
    "in_language",
    "published_programme",
    "published_programmes",
    "version",
    "version_content",
]


_parsed: Final[dict[int, ProgrammeContent]] = {}


@dataclass(frozen=True, slots=True)
class Published:
    """A programme as anyone may read it today."""

    clinic: Clinic
    programme: Programme
    version: ProgrammeVersion
    content: ProgrammeContent


EDITION: Final = """
    SELECT md5(string_agg(clinic::text || programme::text, '' ORDER BY clinic.slug, programme.slug)) AS edition
    FROM programme JOIN clinic ON clinic.id = clinic_id
    WHERE published_version_id IS NOT NULL AND ($1::text IS NULL OR programme.slug = $1)
"""


async def edition(slug: str | None = None) -> str:
    """A text that changes whenever anything does that a `Published` is read from: of one programme, or of all.

    A version is named in its programme and never changes itself. Raises NotFound, as `published_programme` does.
    """
    [row] = await run(EDITION, slug)
    if row["edition"] is None and slug is not None:
        raise NotFound
    return str(row["edition"])


async def published_programmes() -> list[Published]:
    """Every published programme of every clinic, by clinic and slug; programmes not yet published are left out."""
    programmes = (
        await Programme.filter(published_version_id__isnull=False)
        .select_related("clinic")
        .order_by("clinic__slug", "slug")
    )
    versions = await ProgrammeVersion.in_bulk([programme.published_version_id for programme in programmes], "id")
    return [_published(programme, versions[programme.published_version_id]) for programme in programmes]


async def published_programme(slug: str) -> Published:
    """The published programme of that slug.

    Raises:
        NotFound: there is none, or it was never published.
    """
    programme = await Programme.filter(slug=slug).select_related("clinic").first()
    if programme is None or programme.published_version_id is None:
        raise NotFound
    return _published(programme, await version(programme.published_version_id))


async def version(version_id: int) -> ProgrammeVersion:
    """One version, published or since replaced.

    Raises:
        NotFound: there is none of that id.
    """
    found = await ProgrammeVersion.get_or_none(id=version_id)
    if found is None:
        raise NotFound
    return found


def version_content(shown: ProgrammeVersion) -> ProgrammeContent:
    """What that version says, typed. Worked out once per process: a version that was published never changes."""
    if shown.id not in _parsed:
        _parsed[shown.id] = parse_content(shown.content)
    return _parsed[shown.id]


def _published(programme: Programme, shown: ProgrammeVersion) -> Published:
    return Published(programme.clinic, programme, shown, version_content(shown))

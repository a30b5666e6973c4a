"""What the database itself holds true about clinics and programmes."""

from typing import Final

# A consent names the version that was shown: a version that could be edited would prove nothing.
APPEND_ONLY: Final[tuple[str, ...]] = ("programme_version",)

CONSTRAINTS: Final[tuple[str, ...]] = (
    "ALTER TABLE programme_version ADD CONSTRAINT programme_version_number_from_one CHECK (number >= 1)",
    # A programme shows one of its own versions, not another programme's.
    "ALTER TABLE programme_version ADD CONSTRAINT programme_version_of_programme UNIQUE (id, programme_id)",
    """
    ALTER TABLE programme ADD CONSTRAINT programme_publishes_its_own_version
        FOREIGN KEY (published_version_id, id) REFERENCES programme_version (id, programme_id)
    """,
    "CREATE INDEX programme_by_published_version ON programme (published_version_id, id)",
    "ALTER TABLE clinic ADD CONSTRAINT clinic_airport_is_iata CHECK (airport ~ '^[A-Z]{3}$')",
    "ALTER TABLE clinic ADD CONSTRAINT clinic_currency_is_iso CHECK (currency ~ '^[A-Z]{3}$')",
)

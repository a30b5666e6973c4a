"""What PostgreSQL itself refuses about itineraries. The migration runs these as they stand."""

from typing import Final

CONSTRAINTS: Final[tuple[str, ...]] = (
    "ALTER TABLE traveller ADD CONSTRAINT traveller_is_known_as CHECK (travels_as IN ('patient', 'companion'))",
    "CREATE UNIQUE INDEX traveller_patient_is_one ON traveller (booking_id) WHERE travels_as = 'patient'",
    "ALTER TABLE flight ADD CONSTRAINT flight_way_is_known CHECK (way IN ('there', 'back'))",
    "ALTER TABLE flight ADD CONSTRAINT flight_goes_somewhere CHECK (departs_from <> arrives_at)",
    "ALTER TABLE stay ADD CONSTRAINT stay_has_a_night CHECK (leaves_on > first_night)",
    "ALTER TABLE stay ADD CONSTRAINT stay_has_a_bed CHECK (sleeps > 0)",
    "CREATE UNIQUE INDEX calendar_file_is_one_per_booking ON calendar_file (booking_id)",
)

APPEND_ONLY: Final[tuple[str, ...]] = ()

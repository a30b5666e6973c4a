"""What must always be true of itineraries: each sentence with the SQL that finds the rows that break it."""

from typing import Final

INVARIANTS: Final[dict[str, str]] = {
    "a ticket is for a traveller and a flight of one trip": """
        SELECT seat.id FROM seat JOIN flight ON flight.id = seat.flight_id JOIN traveller ON traveller.id = seat.traveller_id
        WHERE flight.booking_id <> traveller.booking_id""",
    "a ride belongs to a flight of its own trip": """
        SELECT transfer.id FROM transfer JOIN flight ON flight.id = transfer.flight_id
        WHERE flight.booking_id <> transfer.booking_id""",
    "a flight lands after it leaves": """
        SELECT id FROM flight
        WHERE arrives_local AT TIME ZONE arrives_zone <= departs_local AT TIME ZONE departs_zone""",
}

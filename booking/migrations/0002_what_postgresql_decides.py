"""Constraints, indexes and triggers that Tortoise does not write by itself (tortoise#2272).

The SQL stands in each package's `constraints.py`, beside the code that relies on it. Once 0.1.0 is
out, a change there is a new migration of its own.
"""

from importlib import import_module

from tortoise import migrations
from tortoise.migrations import operations as ops

PACKAGES = (
    "accounts",
    "programmes",
    "documents",
    "messages",
    "slots",
    "consultations",
    "bookings",
    "payments",
    "itineraries",
    "aftercare",
)
ROOMS = [import_module(f"booking.{package}.constraints") for package in PACKAGES]

# State that only grows: neither UPDATE nor DELETE nor TRUNCATE passes, whoever asks (G12, G24).
REFUSE_CHANGE = """
CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = 'only_grows';
END $$
"""
GUARD = """
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION only_grows()
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0001_initial")]

    # One operation: Tortoise renders every model anew for each.
    operations = [
        ops.RunSQL(
            [
                *(statement for room in ROOMS for statement in room.CONSTRAINTS),
                REFUSE_CHANGE,
                *(GUARD.format(table=table) for room in ROOMS for table in room.APPEND_ONLY),
            ]
        )
    ]

"""What must always hold of claims and doses: statements that give back the rows that break it."""

from typing import Final

# A booking that is held and has not lapsed, or is confirmed, owns its window: the one set aside for it, if it was moved
# and its family is not told. The moment is the database's own, unless
# whoever checks has set another: a test whose clock stands in another year.
MOMENT: Final = "coalesce(nullif(current_setting('leeward.now', true), '')::timestamptz, now())"
OWNERS: Final = f"""
owner AS (
  SELECT id, code, coalesce(aside, "window") AS "window" FROM booking
   WHERE status = 'confirmed' OR (status = 'held' AND lapses_at > {MOMENT})
), wanted AS (
  SELECT o.id AS booking_id, o.code, step ->> 'key' AS step, resource::bigint AS resource_id
    FROM owner o, jsonb_array_elements(o."window" -> 'steps') AS step,
         jsonb_array_elements_text(step -> 'resources') AS resource
), promised AS (
  SELECT o.id AS booking_id, o.code, step ->> 'key' AS step, (step ->> 'doses')::int AS doses
    FROM owner o, jsonb_array_elements(o."window" -> 'steps') AS step
)"""  # noqa: S608 - both parts are ours

INVARIANTS: Final[dict[str, str]] = {
    "G1 no resource has two overlapping claims": """
        SELECT a.id, b.id AS other, a.resource_id FROM claim a JOIN claim b
            ON a.resource_id = b.resource_id AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at""",
    "G2 a booking has every claim of its window": f"""
        WITH {OWNERS}
        SELECT w.code, w.step, w.resource_id FROM wanted w
         WHERE NOT EXISTS (SELECT FROM claim c WHERE c.booking_id = w.booking_id AND c.step = w.step
                              AND c.resource_id = w.resource_id)""",  # noqa: S608 - both parts are ours
    "G2 a booking has no claim beyond its window": f"""
        WITH {OWNERS}
        SELECT o.code, c.step, c.resource_id FROM owner o JOIN claim c ON c.booking_id = o.id
         WHERE NOT EXISTS (SELECT FROM wanted w WHERE w.booking_id = c.booking_id AND w.step = c.step
                              AND w.resource_id = c.resource_id)""",  # noqa: S608 - both parts are ours
    "G2 a confirmed booking's claims and doses do not lapse": """
        SELECT b.code, c.id AS claim, d.id AS dose FROM booking b
          LEFT JOIN claim c ON c.booking_id = b.id AND c.lapses_at IS NOT NULL
          LEFT JOIN dose d ON d.booking_id = b.id AND d.lapses_at IS NOT NULL
         WHERE b.status = 'confirmed' AND (c.id IS NOT NULL OR d.id IS NOT NULL)""",
    # Broken by nobody: a country has changed its clocks, and the booking is to be moved to where its window says.
    "G21 a claim stands where its window's clock says": f"""
        WITH {OWNERS}, planned AS (
          SELECT o.id AS booking_id, o.code, o."window" ->> 'zone' AS zone, each ->> 'key' AS step,
                 ((each ->> 'day') || ' ' || (each ->> 'starts'))::timestamp AS starts,
                 make_interval(mins => (each ->> 'buffer_before')::int) AS before
            FROM owner o, jsonb_array_elements(o."window" -> 'steps') AS each
        )
        SELECT p.code, p.step, p.starts, c.starts_at FROM planned p
          JOIN claim c ON c.booking_id = p.booking_id AND c.step = p.step
         WHERE (c.starts_at + p.before) AT TIME ZONE p.zone <> p.starts""",  # noqa: S608 - both parts are ours
    "G5 nothing that is to come is claimed of what is retired": f"""
        WITH {OWNERS}
        SELECT o.code, c.step, c.resource_id FROM owner o JOIN claim c ON c.booking_id = o.id
          JOIN resource r ON r.id = c.resource_id
         WHERE NOT r.is_active AND c.ends_at > {MOMENT}""",  # noqa: S608 - both parts are ours
    "G7 a booking that is over keeps no claim": """
        SELECT b.code, c.id AS claim FROM booking b JOIN claim c ON c.booking_id = b.id
         WHERE b.status IN ('cancelled', 'refund_due')""",
    "G8 a step has exactly the doses that it was promised": f"""
        WITH {OWNERS}
        SELECT p.code, p.step, p.doses, count(d.id) AS has
          FROM promised p LEFT JOIN dose d ON d.booking_id = p.booking_id AND d.step = p.step
         GROUP BY p.code, p.step, p.doses HAVING count(d.id) <> p.doses""",  # noqa: S608 - both parts are ours
    "G8 no dose is promised to a booking that is over": """
        SELECT b.code, d.id AS dose FROM booking b JOIN dose d ON d.booking_id = b.id
         WHERE b.status IN ('cancelled', 'refund_due')""",
}

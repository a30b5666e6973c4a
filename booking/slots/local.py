"""Planned local times in the database's own statements: the same instants as `kit.times.settle` gives."""


def instant(local: str, zone: str) -> str:
    """SQL for the instant of a local time: in a gap the same time by the old offset, of two the first.

    AT TIME ZONE gives the second of two. The first is a day after the same time of the day before, if that shows it at all.
    """
    by_yesterday = f"({local} - interval '1 day') AT TIME ZONE {zone} + interval '24 hours'"
    return f"CASE WHEN ({by_yesterday}) AT TIME ZONE {zone} = {local} THEN {by_yesterday} ELSE {local} AT TIME ZONE {zone} END"


def days_of(claim: str, zone: str) -> str:
    """SQL for the local days that a claim lies on: rows of `day`. Hours in a gap before midnight are an hour later, and so on the day after theirs."""
    first, last = f"({claim}.starts_at - interval '1 hour') AT TIME ZONE {zone}", f"{claim}.ends_at AT TIME ZONE {zone}"
    return f"generate_series(date_trunc('day', {first}), {last}, '1 day') AS day"


def opening(claim: str, zone: str) -> str:
    """SQL for when a claim's resource is open on these days, all at once. Of hours that a gap swallows the beginning may be settled after the end: they are none."""
    opens, closes = (
        instant("(day + o.opens)", zone),
        instant("(day + coalesce(nullif(o.closes, '00:00'), '24:00'))", zone),
    )
    return f"""(
       SELECT range_agg(tstzrange(least({opens}, {closes}), {closes})) FROM opening_hours o, {days_of(claim, zone)}
        WHERE o.resource_id = {claim}.resource_id AND o.weekday = extract(isodow FROM day) - 1
          AND day BETWEEN o.from_day AND coalesce(o.until_day, 'infinity'))"""  # noqa: S608 - our own texts

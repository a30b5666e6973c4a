"""Planned local times in the database's own statements: the same instants as `kit.times.settle` gives."""


def instant(local: str, zone: str) -> str:
    """SQL for the instant of a local time: in a gap the same time by the old offset, of two the first.

    AT TIME ZONE gives the second of two. The first is a day after the same time of the day before, if that shows it at all.
    """
    by_yesterday = f"({local} - interval '1 day') AT TIME ZONE {zone} + interval '24 hours'"
    return f"CASE WHEN ({by_yesterday}) AT TIME ZONE {zone} = {local} THEN {by_yesterday} ELSE {local} AT TIME ZONE {zone} END"

"""The window engine again, by plain loops over plain datetimes: slow, and meant to be obviously right."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import combinations, product

from booking.kit.times import in_zone, settle
from booking.slots.grid import EPOCH, unpacked
from booking.slots.protocol import Protocol, Step
from booking.slots.stock import Stock, Supply
from booking.slots.windows import Window, WindowStep, Wishes

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
Span = tuple[datetime, datetime]


def dates(protocol: Protocol, wishes: Wishes, first: date, last: date, stock: Stock) -> list[date]:
    """Every start date for which some assignment at all is valid."""
    wanted = wishes.applied(protocol)
    days = [first + n * DAY for n in range((last - first).days + 1)]
    return [day for day in days if _some(wanted, wishes, stock, day, ())]


def _some(protocol: Protocol, wishes: Wishes, stock: Stock, start: date, done: tuple[WindowStep, ...]) -> bool:
    if done and fault(protocol, wishes, stock, start, done):
        return False
    if len(done) == len(protocol.steps):
        return True
    step = protocol.steps[len(done)]
    return any(_some(protocol, wishes, stock, start, (*done, tried)) for tried in _every(step, start, done, stock))


def _every(step: Step, start: date, done: tuple[WindowStep, ...], stock: Stock) -> Iterator[WindowStep]:
    anchor = next((other.day for other in done if other.key == step.day.after), start)
    groups = [
        list(combinations([r.id for r in stock.resources if r.kind == need.kind], need.count)) for need in step.needs
    ]
    for offset, starts in product(range(step.day.from_, step.day.to + 1), step.starts()):
        for chosen in product(*groups):
            resources = tuple(resource for group in chosen for resource in group)
            dose = (step.dose.product, step.dose.count) if step.dose else (None, 0)
            day = anchor + offset * DAY
            yield WindowStep(
                step.key, day, starts, step.minutes, step.buffer_before, step.buffer_after, resources, *dose
            )


def fault(  # noqa: C901, PLR0911, PLR0912 - a plain list of rules
    protocol: Protocol, wishes: Wishes, stock: Stock, start: date, steps: tuple[WindowStep, ...]
) -> str:
    """What is wrong with these first steps of a window, or nothing."""
    window = Window(stock.clinic_id, stock.zone, "", steps)
    supplies = {supply.id: supply for supply in stock.resources}
    ready = stock.now
    groups: dict[tuple[str, str], tuple[int, ...]] = {}
    for step, at in zip(protocol.steps, steps, strict=False):
        starts_at, ends_at = window.period(at)
        anchor = next((other.day for other in steps if other.key == step.day.after), start)
        if not step.day.from_ <= (at.day - anchor).days <= step.day.to:
            return f"{at.key} on the wrong day"
        if in_zone(starts_at, stock.zone).replace(tzinfo=None) != datetime.combine(at.day, at.starts):
            return f"{at.key} at a time that does not exist"
        if at.starts not in list(step.starts()):
            return f"{at.key} at the wrong time"
        if at.day > stock.last:
            return f"{at.key} beyond what is known"
        if not wishes.suits(at.day):
            return f"{at.key} on a day that does not suit"
        if starts_at < ready:
            return f"{at.key} before the patient is ready"
        if len(set(at.resources)) != sum(need.count for need in step.needs):
            return f"{at.key} with the wrong number of resources"
        left = list(at.resources)
        for need in step.needs:
            group, left = tuple(left[: need.count]), left[need.count :]
            groups[at.key, need.kind] = group
            if not all(supplies[r].kind == need.kind and need.skills <= supplies[r].skills for r in group):
                return f"{at.key} with someone who cannot do it"
            if need.same_as and not set(group) <= set(groups[need.same_as, need.kind]):
                return f"{at.key} not with the same {need.kind}"
        ready = ends_at + step.rest_after * MINUTE
    rows = window.rows()
    if any(
        a.resource_id == b.resource_id and a.starts_at < b.ends_at and b.starts_at < a.ends_at
        for a, b in combinations(rows, 2)
    ):
        return "its own claims overlap"
    for row in rows:
        if row.starts_at < stock.now:
            return f"{row.step} with someone whose time has begun"
        if not _free(supplies[row.resource_id], stock, (row.starts_at, row.ends_at)):
            return f"{row.step} with someone who is not free"
    return "" if _doses_enough(stock, steps) else "not enough doses"


def _free(supply: Supply, stock: Stock, wanted: Span) -> bool:
    """Minute by minute, in steps of the finest time that anything is planned in."""
    days = [stock.first + n * DAY for n in range((stock.last - stock.first).days + 1)]
    opened = [_span(day, h.opens, h.closes, stock.zone) for h in supply.hours for day in days if h.holds(day)]
    closed = [
        _span(day, c.from_time, c.to_time, stock.zone)
        for c in supply.closures
        for day in days
        if c.first_day <= day <= c.last_day
    ]
    busy = [(EPOCH + start * 5 * MINUTE, EPOCH + end * 5 * MINUTE) for start, end in unpacked(supply.busy)]
    at, end = wanted
    while at < end:
        if not any(a <= at < b for a, b in opened) or any(a <= at < b for a, b in (*closed, *busy)):
            return False
        at += 5 * MINUTE
    return True


def _span(day: date, opens: time, closes: time, zone: str) -> Span:
    until = datetime.combine(day + DAY, time()) if closes == time() else datetime.combine(day, closes)
    return settle(datetime.combine(day, opens), zone), settle(until, zone)


def _doses_enough(stock: Stock, steps: tuple[WindowStep, ...]) -> bool:
    """Every way to give each dose from each lot is tried."""
    wanted = [step for step in steps for _ in range(step.doses)]
    for chosen in product(stock.lots, repeat=len(wanted)):
        usable = all(
            lot.product == step.product and lot.usable_from <= step.day <= lot.usable_until
            for lot, step in zip(chosen, wanted, strict=True)
        )
        if usable and all(chosen.count(lot) <= lot.free for lot in stock.lots):
            return True
    return not wanted
